// The schedule of contractions: `out[..] = sum a[..] * b[..]`, where one parallel axis (the vector axis) is
// absent from `a` and contiguous in `b` and `out`. Convolutions, dense layers and all their gradients have
// this form; which axes play which part is read off the accesses, never off the op.
//
//   vector axis   in b and out       lanes, blocks of V vectors
//   tile axis     in a and out       P points in registers
//   step axes     in a and b         the inner loop (reduce axes)
//   other axes                       loops around the microkernel

import { InternalError, present } from '../base/invariant.ts';
import type { NestExpr } from '../ir/nest.ts';
import { functionBuilder, get, int, intAdd, intMul, set, type Expr, type KernelFunction, type Stmt, type TargetMachine } from '../ir/kernel.ts';
import type { Domain } from './domain.ts';
import { enter, rootPointers, type Constants, type Scope } from './emit-expr.ts';
import { microkernel, type StepLevel, type Steps } from './microkernel.ts';
import { loadsOf, type LoadExpr } from './nest-loads.ts';
import type { OffsetFunction } from './offset-function.ts';
import { strideAlong, type Access } from './resolve.ts';
import { blocks, chooseTile, evenPieces } from './tile.ts';

export interface Contraction {
  readonly a: Access;
  readonly b: Access;
  /** Compile-time data that `b` walks: packed in the order of use. */
  readonly data: Float64Array | undefined;
  readonly vectorAxis: number;
  readonly vectors: number;
  readonly tileAxis: number | undefined;
  readonly stepAxes: readonly number[];
}

/** Reads the parts of the axes off the accesses; undefined where the nest is no contraction of this form. */
export function asContraction(domain: Domain, machine: TargetMachine): Contraction | undefined {
  const { nest } = domain;
  if (nest.combine !== 'sum' || nest.value.kind !== 'binary' || nest.value.op !== 'mul') return undefined;
  const [left, right] = [nest.value.a, nest.value.b].map((expr) => (expr.kind === 'load' ? nest.loads.get(expr) : undefined));
  if (!left || !right || left.guards.length > 0 || right.guards.length > 0) return undefined;
  const axes = [...nest.axes.keys()].filter((axis) => axis !== domain.task);
  const stepAxes = axes.filter((axis) => nest.axes[axis]?.kind === 'reduce');
  if (stepAxes.length === 0) return undefined;
  let best: (Contraction & { cost: number }) | undefined;
  for (const [{ access: a, data: fixed }, { access: b, data }] of [
    [left, right],
    [right, left],
  ] as const) {
    if (fixed) continue;
    for (const vectorAxis of axes) {
      const { kind, extent } = present(nest.axes[vectorAxis], 'axis');
      if (kind !== 'parallel' || a.along.has(vectorAxis) || (extent === 1 && machine.width > 1)) continue;
      const vectors = Math.ceil(extent / machine.width);
      if (strideAlong(nest.write, vectorAxis) !== 1 || !b.along.has(vectorAxis)) continue;
      if (!data && strideAlong(b, vectorAxis) !== 1) continue;
      if (!finishFits(domain, vectorAxis)) continue;
      const steps = stepsAlong(nest, { a, b, data, stepAxes })?.count;
      if (steps === undefined) continue;
      // Of equally good ones the axis whose points lie closest in memory.
      const tileAxes = axes
        .filter(
          (axis) =>
            axis !== vectorAxis &&
            nest.axes[axis]?.kind === 'parallel' &&
            !b.along.has(axis) &&
            (strideAlong(a, axis) ?? -1) > 0 &&
            (strideAlong(nest.write, axis) ?? -1) > 0,
        )
        .toSorted((p, q) => (strideAlong(a, p) ?? 0) - (strideAlong(a, q) ?? 0));
      for (const tileAxis of tileAxes.length > 0 ? tileAxes : [undefined]) {
        const points = tileAxis === undefined ? 1 : present(nest.axes[tileAxis], 'axis').extent;
        const { cost } = chooseTile(points, vectors, steps, machine.registers);
        const perUnit = cost / (points * vectors);
        if (!best || perUnit < best.cost) best = { a, b, data, vectorAxis, vectors, tileAxis, stepAxes, cost: perUnit };
      }
    }
  }
  return best;
}

/** `finish` may read along the vector axis contiguously or not at all, without guards. */
function finishFits(domain: Domain, vectorAxis: number): boolean {
  const { nest } = domain;
  if (!nest.finish) return true;
  return loadsOf(nest.finish).every((expr) => {
    const load = present(nest.loads.get(expr), 'load');
    const stride = strideAlong(load.access, vectorAxis);
    return load.guards.length === 0 && (stride === 0 || stride === 1);
  });
}

/** Schedules `domain` as microkernels and the function of the task number that calls them, last. */
export function scheduleContraction(name: string, domain: Domain, plan: Contraction, machine: TargetMachine, constants: Constants): readonly KernelFunction[] {
  const { nest } = domain;
  const { vectorAxis, tileAxis, vectors } = plan;
  const { width, unit } = machine;
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const points = tileAxis === undefined ? 1 : extentOf(tileAxis);
  const stepPoints = present(stepsAlong(nest, plan), 'steps of a contraction');
  const tile = chooseTile(points, vectors, stepPoints.count, machine.registers);
  const vectorBlocks = blocks(vectors, tile.vectors);
  const around = [...nest.axes.keys()].filter((axis) => axis !== domain.task && axis !== vectorAxis && axis !== tileAxis && !plan.stepAxes.includes(axis) && extentOf(axis) > 1);
  const sequential = around.filter((axis) => nest.axes[axis]?.kind === 'sequential');
  const outer = around.filter((axis) => plan.b.along.has(axis) && !sequential.includes(axis));
  const inner = around.filter((axis) => !outer.includes(axis) && !sequential.includes(axis));
  const b = plan.data ? packed(plan, plan.data, nest, [...outer, ...sequential], stepPoints, vectorBlocks, width, constants) : plan.b;

  const { a } = plan;
  const loads = nest.finish ? loadsOf(nest.finish) : [];
  const loadAccess = (expr: LoadExpr): Access => present(nest.loads.get(expr), 'load').access;
  const tileStride = (access: Access): number => (tileAxis === undefined ? 0 : present(strideAlong(access, tileAxis), 'tile stride'));
  const rest = extentOf(vectorAxis) % width;
  const roomy = rest === 0 || (nest.write.room.get(vectorAxis) ?? 0) >= vectors * width;

  const kernels = new Map<string, KernelFunction>();
  const kernelFor = (tilePoints: number, blockVectors: number, last: boolean): KernelFunction => {
    const lastLanes = last && !roomy ? rest : undefined;
    const key = `${tilePoints}x${blockVectors}${lastLanes === undefined ? '' : `_${lastLanes}`}`;
    const known = kernels.get(key);
    if (known) return known;
    const made = microkernel(
      {
        name: `${name}_${key}`,
        points: tilePoints,
        vectors: blockVectors,
        aStride: tileStride(a),
        outStride: tileStride(nest.write),
        steps: stepPoints.steps(plan.data ? blockVectors * width : undefined, constants),
        keep: nest.initial === 'keep',
        lastLanes,
        extras: loads.map((_, i) => `extra${i}`),
        finish: (accumulator, extras, p, v) => {
          const total: Expr = typeof nest.initial === 'number' && nest.initial !== 0 ? { kind: 'binary', op: 'add', type: 'vec', a: accumulator, b: { kind: 'float', type: 'vec', value: nest.initial } } : accumulator;
          if (!nest.finish) return total;
          return finishExpr(nest.finish, total, (expr) => {
            const lanes = strideAlong(loadAccess(expr), vectorAxis) === 1;
            const offset = (p * tileStride(loadAccess(expr)) + (lanes ? v * width : 0)) * unit;
            return { kind: 'load', as: lanes ? 'vec' : 'splat', at: present(extras[loads.indexOf(expr)], 'extra pointer'), offset };
          });
        },
      },
      machine,
    );
    kernels.set(key, made);
    return made;
  };

  const builder = functionBuilder(['task']);
  const task = present(builder.params[0], 'task');
  const accesses = [a, b, nest.write, ...loads.map(loadAccess)];
  const root: Scope = { machine, builder, constants, domain, pointers: rootPointers(domain, machine, accesses, task), counters: new Map() };

  const loops = (axes: readonly number[], scope: Scope, body: (scope: Scope) => Stmt[]): Stmt[] => {
    const [axis, ...others] = axes;
    if (axis === undefined) return body(scope);
    const counter = builder.local('i32', 'i');
    const entered = enter(scope, axis, counter);
    return [{ kind: 'repeat', counter, count: extentOf(axis), body: [...entered.top, ...loops(others, entered.scope, body)] }];
  };
  /** Walks `axis` in pieces of `unitSize * size` points. */
  const pieces = (axis: number | undefined, sizes: readonly Piece[], unitSize: number, scope: Scope, body: (scope: Scope, size: number, last: boolean) => Stmt[]): Stmt[] => {
    let start = 0;
    return sizes.flatMap(({ size, count }, i) => {
      const last = i === sizes.length - 1;
      const statements: Stmt[] = [];
      // The last piece stands alone where it is special.
      const runs = last && count > 1 && !roomy && axis === vectorAxis ? [count - 1, 1] : [count];
      for (const [r, times] of runs.entries()) {
        const top: Stmt[] = [];
        const counter = builder.local('i32', 'i');
        const pointers = new Map(scope.pointers);
        for (const [access, at] of scope.pointers) {
          const f = axis === undefined ? undefined : access.along.get(axis);
          if (!f) continue;
          const offsetAt = (point: number): number => (f.kind === 'linear' ? f.stride * point : present(f.offsets[point], 'offset'));
          const first = offsetAt(start * unitSize);
          const stride = times > 1 ? offsetAt((start + size) * unitSize) - first : 0;
          const local = builder.local('i32', 'p');
          top.push(set(local, intAdd(intAdd(at, int(first * unit)), times > 1 ? intMul(get(counter), int(stride * unit)) : int(0))));
          pointers.set(access, get(local));
        }
        const content = [...top, ...body({ ...scope, pointers }, size, last && r === runs.length - 1)];
        statements.push(...(times > 1 ? [{ kind: 'repeat', counter, count: times, body: content } satisfies Stmt] : content));
        start += size * times;
      }
      return statements;
    });
  };

  // Loops, outermost first: axes that move b, blocks of vectors, the samples, overlapping axes, the rest.
  const [batch, ...innermost] = inner;
  const body = loops(outer, root, (outerScope) =>
    pieces(vectorAxis, vectorBlocks, width, outerScope, (blockScope, blockVectors, last) =>
      loops([...(batch === undefined ? [] : [batch]), ...sequential, ...innermost], blockScope, (innerScope) =>
        pieces(tileAxis, evenPieces(points, tile.points), 1, innerScope, (scope, size) => [
          { kind: 'call', callee: kernelFor(size, blockVectors, last), args: accesses.map((access) => present(scope.pointers.get(access), 'pointer')) },
        ]),
      ),
    ),
  );
  return [...kernels.values(), builder.finish(name, body)];
}

interface Piece {
  readonly size: number;
  readonly count: number;
}

/** The points of the inner loop, and how a microkernel walks them. */
interface StepPoints {
  readonly count: number;
  /** Offsets of each step in `a` and `b`, in order of use; absent for loops too long to list. */
  readonly list: readonly { readonly a: number; readonly b: number }[] | undefined;
  /** `packedStep`: elements a step of packed `b`, where it is packed. */
  readonly steps: (packedStep: number | undefined, constants: Constants) => Steps;
}

/** A table of more steps than this costs more memory traffic than nested loops. */
const longestTable = 4096;

/** Undefined where neither operand moves evenly: layouts that number the same steps differently. */
function stepsAlong(nest: Domain['nest'], plan: Pick<Contraction, 'a' | 'b' | 'data' | 'stepAxes'>): StepPoints | undefined {
  const { a, b, stepAxes } = plan;
  const extentOf = (axis: number): number => present(nest.axes[axis], 'axis').extent;
  const offset = (f: OffsetFunction | undefined, i: number): number => (!f ? 0 : f.kind === 'linear' ? f.stride * i : present(f.offsets[i], 'offset'));
  const count = stepAxes.reduce((product, axis) => product * extentOf(axis), 1);
  const linear = stepAxes.every((axis) => strideAlong(a, axis) !== undefined && strideAlong(b, axis) !== undefined);
  if (plan.data || !linear || count <= longestTable) {
    let list = [{ a: 0, b: 0 }];
    for (const axis of stepAxes) {
      list = list.flatMap((at) => Array.from({ length: extentOf(axis) }, (_, i) => ({ a: at.a + offset(a.along.get(axis), i), b: at.b + offset(b.along.get(axis), i) })));
    }
    list.sort(plan.data ? (p, q) => p.a - q.a || p.b - q.b : (p, q) => p.b - q.b || p.a - q.a);
    const stepOf = (key: 'a' | 'b'): number | undefined => {
      const step = (list[1]?.[key] ?? 0) - (list[0]?.[key] ?? 0);
      return list.every((point, i) => point[key] === i * step) ? step : undefined;
    };
    const [aStep, bStep] = [stepOf('a'), stepOf('b')];
    if (plan.data || bStep !== undefined) {
      return {
        count,
        list,
        steps: (packedStep, constants) => {
          const step = packedStep ?? present(bStep, 'step of b');
          if (aStep !== undefined) return { kind: 'loops', levels: [{ count, aStep, bStep: step }] };
          return { kind: 'table', table: constants.table(list.map((point) => point.a)), count, bStep: step };
        },
      };
    }
  }
  if (!linear) return undefined;
  const levels: StepLevel[] = [];
  for (const axis of stepAxes.filter((each) => extentOf(each) > 1)) {
    const level = { count: extentOf(axis), aStep: present(strideAlong(a, axis), 'stride'), bStep: present(strideAlong(b, axis), 'stride') };
    const before = levels.at(-1);
    if (before && before.aStep === level.count * level.aStep && before.bStep === level.count * level.bStep) {
      levels[levels.length - 1] = { ...level, count: before.count * level.count };
    } else levels.push(level);
  }
  return { count, list: undefined, steps: () => ({ kind: 'loops', levels: levels.length > 0 ? levels : [{ count: 1, aStep: 1, bStep: 1 }] }) };
}

/**
 * Packs compile-time data in the order the microkernels read it: `[axes around][block of vectors][step][lane]`,
 * lanes past the extent holding zeros. Answers the access to the packed copy.
 */
function packed(
  plan: Contraction,
  data: Float64Array,
  nest: Domain['nest'],
  axesAround: readonly number[],
  steps: StepPoints,
  vectorBlocks: readonly Piece[],
  width: number,
  constants: Constants,
): Access {
  const { b, vectorAxis, vectors } = plan;
  const extent = present(nest.axes[vectorAxis], 'axis').extent;
  const list = present(steps.list, 'steps of packed data');
  const offset = (axis: number, i: number): number => {
    const f = b.along.get(axis);
    return !f ? 0 : f.kind === 'linear' ? f.stride * i : present(f.offsets[i], 'offset');
  };
  let starts = [b.base];
  for (const axis of axesAround) {
    const count = present(nest.axes[axis], 'axis').extent;
    starts = starts.flatMap((start) => Array.from({ length: count }, (_, i) => start + offset(axis, i)));
  }
  const matrix = list.length * vectors * width;
  const out = new Float32Array(starts.length * matrix);
  let at = 0;
  for (const start of starts) {
    let lane0 = 0;
    for (const { size, count } of vectorBlocks) {
      for (let block = 0; block < count; block++) {
        for (const step of list) {
          for (let lane = lane0; lane < lane0 + size * width; lane++, at++) {
            if (lane < extent) out[at] = data[start + step.b + offset(vectorAxis, lane)] as number;
          }
        }
        lane0 += size * width;
      }
    }
  }
  const along = new Map<number, OffsetFunction>();
  let stride = matrix;
  for (const axis of [...axesAround].reverse()) {
    along.set(axis, { kind: 'linear', stride });
    stride *= present(nest.axes[axis], 'axis').extent;
  }
  // Only block starts are asked for: lane l of the vector axis begins where all lanes before it end.
  along.set(vectorAxis, { kind: 'linear', stride: list.length });
  return { base: constants.data(out), along, room: new Map() };
}

function finishExpr(expr: NestExpr, accumulator: Expr, loaded: (expr: LoadExpr) => Expr): Expr {
  const part = (inner: NestExpr): Expr => finishExpr(inner, accumulator, loaded);
  switch (expr.kind) {
    case 'constant':
      return { kind: 'float', type: 'vec', value: expr.value };
    case 'accumulator':
      return accumulator;
    case 'load':
      return loaded(expr);
    case 'unary':
      return { kind: 'unary', op: expr.op, type: 'vec', a: part(expr.a) };
    case 'binary':
      return { kind: 'binary', op: expr.op, type: 'vec', a: part(expr.a), b: part(expr.b) };
    case 'select':
      return { kind: 'select', type: 'vec', compare: expr.compare, a: part(expr.a), b: part(expr.b), then: part(expr.then), otherwise: part(expr.otherwise) };
    case 'index':
    case 'random':
      throw new InternalError(`${expr.kind} in the finish of a contraction`);
  }
}
