// The proof that goes into a module: in float64 the compacted network equals the masked dense one. Passes
// sum in another order and multiply constants into weights beforehand, so each value of the output may differ
// by what rounding in float64 explains there, and by no more: where large terms cancel, that is a share of
// the terms, not of the value.

import { fail } from '../../base/diagnostic.ts';
import { invariant, present } from '../../base/invariant.ts';
import type { Program } from '../../ir/graph.ts';
import { evaluate } from '../../ir/evaluate.ts';
import type { Evaluation } from '../../ir/evaluate.ts';
import { printGraph } from '../../ir/print.ts';
import type { F64Tensor, OpRegistry } from '../../ir/op.ts';
import type { Bounded } from '../../ir/error-bound.ts';
import { rewrite } from '../../passes/rewrite.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { randomInputs } from './random-input.ts';
import { boundedValues } from './rounding-bound.ts';
import { doublePrecision } from '../../ir/error-bound.ts';

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
 * The rounding bound takes errors of different operands as independent. Those of a constant that a pass has
 * multiplied into a filter are the same at every position, and add up in a layer that sums over them.
 */
const margin = 64;

/**
 * Compares the outputs of two programs on random inputs.
 * @param macs Of one sample of the reference, which bound how many samples are tried.
 * @throws InternalError where they differ: a pass does not keep the function.
 * @throws DiagnosticError `module/overflow` where the reference's own numbers are not finite.
 */
export function verifyPrograms(reference: Program, compacted: Program, macs: number, ops: OpRegistry): Equivalence {
  // What is the same network needs no trial, and a large one would take seconds.
  if (sameProgram(rewrite(reference, ops, () => undefined), compacted)) return { samples: 0, maxAbsDifference: 0, maxAbsReference: 0 };
  const samples = Math.max(1, Math.min(mostSamples, Math.floor(macBudget / Math.max(1, macs))));
  let [maxAbsDifference, maxAbsReference] = [0, 0];
  for (let seed = 1; seed <= samples; seed++) {
    const inputs = randomInputs(reference.graph, seed);
    const [expectedValues, foundValues] = [reference, compacted].map(({ graph, parameters }) => evaluate(graph, ops, new Map<string, F64Tensor>([...parameters, ...inputs]))) as [Evaluation, Evaluation];
    // Passes that only leave out zeros keep every bit: nothing is to be explained, and bounds take twice the time.
    if (sameOutputs(expectedValues, foundValues)) {
      for (const { data } of expectedValues.outputs.values()) maxAbsReference = data.reduce((most, value) => Math.max(most, Math.abs(value)), maxAbsReference);
      continue;
    }
    const found = boundedOutputs(compacted, foundValues, ops, inputs);
    for (const [name, expected] of boundedOutputs(reference, expectedValues, ops, inputs)) {
      const { value: answered, error } = present(found.get(name), `output "${name}"`);
      invariant(answered.data.length === expected.value.data.length, () => `the compacted network answers ${answered.data.length} values in place of ${expected.value.data.length}`);
      for (const [i, value] of expected.value.data.entries()) {
        const bound = expected.error.data[i] as number;
        if (!Number.isFinite(value) || !Number.isFinite(bound)) fail(moduleDiagnostics.overflow({ args: [reference.graph.name], help: 'its weights are too large: train it with a lower rate' }));
        const difference = Math.abs(value - (answered.data[i] as number));
        const allowed = margin * (bound + (error.data[i] as number));
        // Written so that NaN is refused.
        invariant(difference <= allowed, () => `the compacted network differs from the dense one by ${difference} where the value is ${value} and rounding explains ${allowed}`);
        maxAbsDifference = Math.max(maxAbsDifference, difference);
        maxAbsReference = Math.max(maxAbsReference, Math.abs(value));
      }
    }
  }
  return { samples, maxAbsDifference, maxAbsReference };
}

/** Whether they are equal to the bit, and finite. */
function sameOutputs(expected: Evaluation, answered: Evaluation): boolean {
  return [...expected.outputs].every(([name, { data }]) => {
    const found = answered.outputs.get(name)?.data;
    return found?.length === data.length && data.every((value, i) => Number.isFinite(value) && Object.is(value, found[i]));
  });
}

/** Equal graphs, equal numbers. */
function sameProgram(a: Program, b: Program): boolean {
  if (a.parameters.size !== b.parameters.size || printGraph(a.graph) !== printGraph(b.graph)) return false;
  return [...a.parameters].every(([name, { data }]) => {
    const other = b.parameters.get(name)?.data;
    return other !== undefined && (other === data || (other.length === data.length && data.every((value, i) => Object.is(value, other[i]))));
  });
}

/** By name. */
function boundedOutputs(program: Program, { values: evaluated }: Evaluation, ops: OpRegistry, inputs: ReadonlyMap<string, F64Tensor>): ReadonlyMap<string, Bounded> {
  const values = boundedValues(program, ops, inputs, doublePrecision, undefined, evaluated);
  return new Map(program.graph.outputs.map(({ name, value }) => [name, values(value)]));
}
