// The plan of a run, where its batches fit its data.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Span } from '../../base/span.ts';
import { trainDiagnostics } from '../../check/diagnostics.ts';
import type { HeldOutSplit } from '../../data/dataset.ts';
import type { Model, PhaseSpec, TrainSpec } from '../../ir/network.ts';
import { phaseTraits } from '../../ir/phase.ts';
import { methods } from '../../train/methods/index.ts';
import { planRun } from '../../train/plan.ts';
import type { RunPlan } from '../../train/plan.ts';
import { isJudged } from './best-epoch.ts';
import { runDiagnostics } from './run-diagnostics.ts';

/**
 * Fails with `run/batch` where a phase has no step to take, once for phases that take their batch from one place, and with
 * `run/nothing-held-out` where a phase goes by samples that there are none of, and with `train/rounds`.
 */
export function checkedPlan(spec: TrainSpec, { method, total, methodSettings: { rounds = 1 } }: Model, division: HeldOutSplit): RunPlan {
  const short = spec.phases.find(({ kind, epochs }) => phaseTraits[kind].penalizes && rounds > Math.max(1, epochs));
  // A program may have changed epochs since they were checked.
  if (short) fail(trainDiagnostics.rounds({ span: spec.span, args: [short.name, short.epochs, rounds], help: 'each round has an epoch at least' }));
  const samples = division.training.length;
  const judged = spec.phases.find(isJudged);
  const judging = judged ?? (total && methods[method].takes === 'budget' && spec.phases.find(({ kind }) => phaseTraits[kind].penalizes));
  if (judging && division.heldOut.length === 0) {
    const help = `hold out more of the training samples: \`held_out = 0.1\`, or ${judged ? 'leave out `keep` and `patience`' : 'say in each line what is kept'}`;
    fail(runDiagnostics['nothing-held-out']({ span: spec.span, args: [judging.name, samples], help }));
  }
  const places = new Map<Span | undefined, PhaseSpec[]>();
  for (const phase of spec.phases) {
    if (phase.epochs === 0 || phase.batch <= samples) continue;
    const span = spec.batchSpans.get(phase.name);
    places.set(span, [...(places.get(span) ?? []), phase]);
  }
  const faults = [...places].map(([span, phases]) => tooLarge(phases, span, spec.span, division));
  if (faults.length > 0) throw new DiagnosticError(faults);
  return planRun(spec.phases, samples, rounds);
}

/** @param written Where the batch of the phases is written; undefined for the default. */
function tooLarge(phases: readonly PhaseSpec[], written: Span | undefined, data: Span, { training, heldOut, byShare }: HeldOutSplit): Diagnostic {
  const samples = training.length;
  const advice = `write ${written ? '' : 'for example '}\`batch = ${2 ** Math.floor(Math.log2(samples))}\``;
  const [batch] = phases.map((phase) => phase.batch);
  return runDiagnostics.batch({
    span: written ?? data,
    args: [phases.map(({ name }) => name), batch ?? 0, written === undefined, samples, heldOut.length],
    help: byShare && heldOut.length > 0 ? `${advice}, or hold out less with \`held_out\`` : advice,
  });
}
