// The inner loop of a contraction: the points of its reduce axes, each an offset in both operands. An operand
// that is packed, or the one that moves evenly, sets the order; the other one then follows a stride, or a table
// of offsets.
//
//   c:20 kh:5 kw:5 of a convolution on weights that are packed    =>   500 steps by the offset in the input
//   the same without the taps that no filter uses                 =>   as many steps as are left, by a table

import { present } from '../../base/invariant.ts';
import type { Constants } from '../memory/constant-pool.ts';
import type { StepLevel, Steps } from './microkernel.ts';
import { offsetAlong, strideAlong, type Access, type ResolvedNest } from '../accesses/resolve.ts';
import { blockSteps, type StepBlocks } from './step-blocks.ts';

/** Elements that each operand has moved at a step. */
export interface StepOffset {
  readonly a: number;
  readonly b: number;
  /** Where the step is on each of the step axes. */
  readonly point: readonly number[];
}

/** Steps in the order of use, from `first` to before `end`. */
export interface StepSpan {
  readonly first: number;
  readonly end: number;
}

export type StepPoints =
  /** In order of use. `aStep` and `bStep` are the elements from step to step, where they are always the same. */
  | { readonly kind: 'listed'; readonly count: number; readonly list: readonly StepOffset[]; readonly aStep: number | undefined; readonly bStep: number | undefined }
  /** `levels` of one block; `around` the tiles its axes are walked block by block. */
  | { readonly kind: 'nested'; readonly count: number; readonly levels: readonly StepLevel[]; readonly around: readonly StepBlocks[] };

/** Steps beyond which a table of their offsets costs more memory traffic than nested loops. */
const longestTable = 4096;

/**
 * @param isPacked `b` is compile-time data that is packed in the order of use, whatever that is.
 * Undefined where neither operand moves evenly: layouts that number the same steps differently.
 */
export function stepsAlong(nest: ResolvedNest, stepAxes: readonly number[], a: Access, b: Access, isPacked: boolean): StepPoints | undefined {
  const count = stepAxes.reduce((product, axis) => product * extentOf(nest, axis), 1);
  const isLinear = stepAxes.every((axis) => strideAlong(a, axis) !== undefined && strideAlong(b, axis) !== undefined);
  if (isPacked || !isLinear || count <= longestTable) {
    const list = listed(nest, stepAxes, a, b).sort(isPacked ? (p, q) => p.a - q.a || p.b - q.b : (p, q) => p.b - q.b || p.a - q.a);
    const bStep = evenStep(list, 'b');
    if (isPacked || bStep !== undefined) return { kind: 'listed', count, list, aStep: evenStep(list, 'a'), bStep };
  }
  if (!isLinear) return undefined;
  const { around, block } = isPlainSum(nest) ? blockSteps(nest, stepAxes) : { around: [], block: nest };
  return { kind: 'nested', count, levels: levelsOf(block, stepAxes, a, b), around };
}

/**
 * How a microkernel walks the steps.
 * @param packedStep Elements a step of packed `b`; absent where it is not packed.
 * @param inParts Calls take parts of a table; steps that follow a stride have none.
 * @param unroll Steps in a turn of a loop by table.
 */
export function walkOf(points: StepPoints, packedStep: number | undefined, inParts: boolean, unroll: number, constants: Constants): Steps {
  if (points.kind === 'nested') return { kind: 'loops', levels: points.levels };
  const { count, list, aStep } = points;
  const bStep = packedStep ?? present(points.bStep, 'step of b');
  if (aStep !== undefined) return { kind: 'loops', levels: [{ count, aStep, bStep }] };
  return { kind: 'table', table: constants.table(list.map((step) => step.a)), count, bStep, unroll, inParts };
}

/** Whether the offsets of the steps come from a table: they follow no stride. */
export function isByTable(points: StepPoints): boolean {
  return points.kind === 'listed' && points.aStep === undefined;
}

/** Whether what a sum has come to can lie in memory in between: nothing else is to be done to it. */
function isPlainSum({ initial, finish }: ResolvedNest): boolean {
  return (initial === 0 || initial === 'keep') && !finish;
}

function extentOf(nest: ResolvedNest, axis: number): number {
  return present(nest.axes[axis], 'axis').extent;
}

function listed(nest: ResolvedNest, stepAxes: readonly number[], a: Access, b: Access): StepOffset[] {
  let list: StepOffset[] = [{ a: 0, b: 0, point: [] }];
  for (const axis of stepAxes) {
    const moves = Array.from({ length: extentOf(nest, axis) }, (_, i): StepOffset => ({ a: offsetAlong(a, axis, i), b: offsetAlong(b, axis, i), point: [i] }));
    list = list.flatMap((from) => moves.map((by) => ({ a: from.a + by.a, b: from.b + by.b, point: [...from.point, ...by.point] })));
  }
  return list;
}

function evenStep(list: readonly StepOffset[], operand: 'a' | 'b'): number | undefined {
  const step = (list[1]?.[operand] ?? 0) - (list[0]?.[operand] ?? 0);
  return list.every((point, i) => point[operand] === i * step) ? step : undefined;
}

/** One loop an axis, outermost first; neighbours that continue each other in both operands are one. */
function levelsOf(nest: ResolvedNest, stepAxes: readonly number[], a: Access, b: Access): readonly StepLevel[] {
  const levels: StepLevel[] = [];
  for (const axis of stepAxes.filter((each) => extentOf(nest, each) > 1)) {
    const level = { count: extentOf(nest, axis), aStep: present(strideAlong(a, axis), 'stride'), bStep: present(strideAlong(b, axis), 'stride') };
    const before = levels.at(-1);
    if (before && before.aStep === level.count * level.aStep && before.bStep === level.count * level.bStep) {
      levels[levels.length - 1] = { ...level, count: before.count * level.count };
    } else levels.push(level);
  }
  return levels.length > 0 ? levels : [{ count: 1, aStep: 1, bStep: 1 }];
}
