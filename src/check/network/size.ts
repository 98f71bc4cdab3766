// Refuses networks too large to be meant, before anything of their size is allocated.

import { grouped } from '../../base/number-text.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Graph } from '../../ir/graph.ts';
import { isParameter } from '../../ir/leaf.ts';
import type { Parameter, TrainSpec } from '../../ir/network.ts';
import type { NetworkDeclaration } from '../../syntax/ast.ts';
import { sizeDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';

/** 1 GiB of weights. */
const MOST_WEIGHTS = 2 ** 28;
/** Values between layers, of one sample or of a batch in training. */
const MOST_ACTIVATIONS = 2 ** 31;

export function checkSize(declaration: NetworkDeclaration, graph: Graph, parameters: readonly Parameter[], report: Report): void {
  const weightSizes = new Map<string, number>();
  for (const { layer, shape } of parameters) weightSizes.set(layer, (weightSizes.get(layer) ?? 0) + sizeOf(shape));
  const refuse = (diagnose: typeof sizeDiagnostics.weights, sizes: ReadonlyMap<string, number>, most: number): void => {
    const found = totalOf(sizes);
    if (found <= most) return;
    const [name, size] = [...sizes].reduce((largest, entry) => (entry[1] > largest[1] ? entry : largest), ['', -1]);
    const span = graph.nodes.find((node) => node.layer === name)?.span;
    const related = span ? [{ message: `\`${name}\` alone has ${grouped(size)}`, span }] : [];
    report(diagnose({ span: declaration.name.span, args: [grouped(found), grouped(most)], related }));
  };
  refuse(sizeDiagnostics.weights, weightSizes, MOST_WEIGHTS);
  refuse(sizeDiagnostics.activations, activationSizes(graph), MOST_ACTIVATIONS);
}

/** Training holds the activations of a whole batch. */
export function checkBatches(graph: Graph, train: TrainSpec, report: Report): void {
  const sample = totalOf(activationSizes(graph));
  const batch = Math.max(...train.phases.map((phase) => phase.batch));
  if (batch * sample > MOST_ACTIVATIONS) {
    report(sizeDiagnostics.batch({ span: train.span, args: [batch, grouped(batch * sample), grouped(MOST_ACTIVATIONS)] }));
  }
}

/** Values of one sample by layer. */
function activationSizes(graph: Graph): ReadonlyMap<string, number> {
  const computed = graph.nodes.filter((node) => !isParameter(node));
  return new Map(computed.map((node) => [node.layer ?? node.op, node.results.reduce((sum, shape) => sum + sizeOf(shape), 0)]));
}

function totalOf(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
