// Refuses networks too large to be meant, before anything of their size is allocated.

import { sizeOf } from '../base/tensor.ts';
import type { Graph } from '../ir/graph.ts';
import type { Parameter } from '../ir/network.ts';
import type { NetworkDeclaration } from '../syntax/ast.ts';
import { sizeDiagnostics } from './diagnostics.ts';
import type { Report } from './diagnostics.ts';

/** 1 GiB of weights. */
const MOST_WEIGHTS = 2 ** 28;
/** Values between layers for one sample. */
const MOST_ACTIVATIONS = 2 ** 31;

export function checkSize(declaration: NetworkDeclaration, graph: Graph, parameters: readonly Parameter[], report: Report): void {
  const weightSizes = new Map<string, number>();
  for (const { layer, shape } of parameters) weightSizes.set(layer, (weightSizes.get(layer) ?? 0) + sizeOf(shape));
  const computed = graph.nodes.filter((node) => node.op !== 'parameter');
  const activationSizes = new Map(computed.map((node) => [node.layer ?? node.op, node.results.reduce((sum, shape) => sum + sizeOf(shape), 0)]));

  const refuse = (diagnose: typeof sizeDiagnostics.weights, sizes: ReadonlyMap<string, number>, most: number): void => {
    const found = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (found <= most) return;
    const [name, size] = [...sizes].reduce((largest, entry) => (entry[1] > largest[1] ? entry : largest), ['', -1]);
    const span = graph.nodes.find((node) => node.layer === name)?.span;
    const related = span ? [{ message: `\`${name}\` alone has ${digits(size)}`, span }] : [];
    report(diagnose({ span: declaration.name.span, args: [digits(found), digits(most)], related }));
  };
  refuse(sizeDiagnostics.weights, weightSizes, MOST_WEIGHTS);
  refuse(sizeDiagnostics.activations, activationSizes, MOST_ACTIVATIONS);
}

/** `268,435,456` */
function digits(value: number): string {
  return value.toLocaleString('en-US');
}
