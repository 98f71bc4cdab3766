// The proof that goes into a module: in float64 the compacted network equals the masked dense one.

import { invariant, present } from '../base/invariant.ts';
import { tensor } from '../base/tensor.ts';
import { evaluate } from '../ir/evaluate.ts';
import type { Program } from '../ir/graph.ts';
import { fedName } from '../ir/leaf.ts';
import { printGraph } from '../ir/print.ts';
import type { F64Tensor, OpRegistry } from '../ir/op.ts';
import { rewrite } from '../passes/rewrite.ts';
import { randomInput } from './random-input.ts';

/** Of the largest value. */
export const equivalenceBound = 1e-12;

export interface Equivalence {
  /** Inputs tried; none where the passes have changed nothing. */
  readonly samples: number;
  readonly maxAbsDifference: number;
  readonly maxAbsReference: number;
}

/** Enough samples for a small network; of a large one, one. */
const mostSamples = 4;
const macBudget = 2e7;

/**
 * Compares the outputs of two programs on random inputs.
 * @param macs Of one sample of the reference, which bound how many samples are tried.
 * @throws InternalError where they differ: a pass does not keep the function.
 */
export function verifyPrograms(reference: Program, compacted: Program, macs: number, ops: OpRegistry): Equivalence {
  // What is the same network needs no trial, and a large one would take seconds.
  if (sameProgram(rewrite(reference, ops, () => undefined), compacted)) return { samples: 0, maxAbsDifference: 0, maxAbsReference: 0 };
  const samples = Math.max(1, Math.min(mostSamples, Math.floor(macBudget / Math.max(1, macs))));
  let [maxAbsDifference, maxAbsReference] = [0, 0];
  for (let seed = 1; seed <= samples; seed++) {
    const [expected, found] = [reference, compacted].map((program) => outputOf(program, seed, ops));
    const { data } = present(found, 'output');
    for (const [i, value] of present(expected, 'output').data.entries()) {
      maxAbsReference = Math.max(maxAbsReference, Math.abs(value));
      maxAbsDifference = Math.max(maxAbsDifference, Math.abs(value - (data[i] ?? NaN)));
    }
  }
  // Written so that NaN is refused.
  invariant(maxAbsDifference <= equivalenceBound * maxAbsReference, () => `the compacted network differs from the dense one by ${maxAbsDifference}, largest value ${maxAbsReference}`);
  return { samples, maxAbsDifference, maxAbsReference };
}

/** Equal graphs, equal numbers. */
function sameProgram(a: Program, b: Program): boolean {
  if (a.parameters.size !== b.parameters.size || printGraph(a.graph) !== printGraph(b.graph)) return false;
  return [...a.parameters].every(([name, { data }]) => {
    const other = b.parameters.get(name)?.data;
    return other !== undefined && (other === data || (other.length === data.length && data.every((value, i) => Object.is(value, other[i]))));
  });
}

function outputOf({ graph, parameters }: Program, seed: number, ops: OpRegistry): F64Tensor {
  const feeds = new Map<string, F64Tensor>([...parameters].map(([name, { shape, data }]) => [name, tensor(shape, data)]));
  for (const node of graph.nodes) {
    const name = fedName(node);
    if (name !== undefined && node.op === 'input') feeds.set(name, randomInput(seed, node.results[0] ?? []));
  }
  const [output] = [...evaluate(graph, ops, feeds).outputs.values()];
  return present(output, 'output');
}
