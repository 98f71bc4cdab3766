// A model as a program for PyTorch: what is its own of it. The rest, in program/, is the same for all.

import { fail } from '../base/diagnostic.ts';
import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { budgetText } from '../sparsity/network-budget.ts';
import { answerOf } from '../train/forward.ts';
import { taskOf } from '../train/tasks/index.ts';
import { torchDiagnostics } from './diagnostics.ts';
import { networkText } from './network-text.ts';
import { planText } from './plan.ts';
import type { PlanInputs } from './plan.ts';

export interface ProgramTexts {
  /** network.py */
  readonly network: string;
  /** plan.json */
  readonly plan: string;
}

/** The same model gives the same texts. @throws DiagnosticError `torch/*` */
export function programTexts(model: Model, inputs: PlanInputs, ops: OpRegistry): ProgramTexts {
  const { network, train: spec, total, totalSpan } = model;
  if (!spec) fail(torchDiagnostics['no-train']({ args: [network.name], help: 'for example `train on digits { baseline { epochs = 4, rate = 0.02 } }`' }));
  if (total) fail(torchDiagnostics.total({ ...(totalSpan && { span: totalSpan }), args: [budgetText(total)], help: 'train for an epoch with `ssl-compile train`, whose summary has the shares or strengths, and write those in each line' }));
  const { graph, answer } = answerOf(network, taskOf(spec), ops);
  const { text, parameters } = networkText(network, graph, answer);
  return { network: text, plan: planText(model, spec, graph, parameters, inputs, ops) };
}
