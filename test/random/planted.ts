// Small errors planted into compacted networks, as a pass would make that forgot a small term: those that
// change the output must be seen by the check of every build.

import { InternalError } from '../../src/base/invariant.ts';
import { verifyPrograms } from '../../src/driver/build/equivalence.ts';
import { randomInput } from '../../src/driver/build/random-input.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Program } from '../../src/ir/graph.ts';
import { fedName } from '../../src/ir/leaf.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { draws } from './draw.ts';

/** Of the value, and of 1. */
const size = 1e-6;

/** One program a parameter of the network: an element of it is off in the sixth digit. */
export function plantedErrors({ graph, parameters }: Program, seed: number): readonly Program[] {
  const draw = draws(seed, 'planted errors');
  return [...parameters.keys()].map((wrong) => {
    const at = draw.integer(0, (parameters.get(wrong)?.data.length ?? 1) - 1);
    const changed = (value: number, i: number): number => (i === at ? value + size * (1 + Math.abs(value)) : value);
    return { graph, parameters: new Map([...parameters].map(([name, { shape, data }]) => [name, { shape, data: name === wrong ? data.map(changed) : data }])) };
  });
}

/** Whether an error shows at all on the inputs of the check: a rectifier may swallow it, or a share that is all or nothing. */
export function changesOutput(program: Program, wrong: Program, ops: OpRegistry): boolean {
  return [1, 2, 3, 4].some((seed) => {
    const [before, after] = [program, wrong].map(({ graph, parameters }) => {
      const feeds = graph.nodes.flatMap((node) => {
        const name = fedName(node);
        return name === undefined ? [] : [[name, parameters.get(name) ?? randomInput(seed, node.results[0] ?? [])] as const];
      });
      return [...evaluate(graph, ops, new Map(feeds)).outputs.values()].flatMap(({ data }) => [...data]);
    });
    return before?.some((value, i) => Math.abs(value - (after?.[i] ?? NaN)) > 1e-9 * (1 + Math.abs(value))) ?? false;
  });
}

/** Whether the check of every build refuses the second program in place of the first. */
export function isRefused(reference: Program, other: Program, ops: OpRegistry): boolean {
  try {
    verifyPrograms(reference, other, 1, ops);
    return false;
  } catch (error) {
    if (error instanceof InternalError) return true;
    throw error;
  }
}
