// Nest expressions as expressions of a thread.

import { largestF32 } from '../../base/number-text.ts';
import { invariant, present } from '../../base/invariant.ts';
import { indexProduct, indexSum, int, type ThreadExpr, type ThreadIndex, type ThreadLocal, type ThreadStmt } from '../../ir/thread-kernel.ts';
import { axesOf, evaluateAt, isKnown, valuesOver, type KnownTensors } from './evaluate-constant.ts';
import { counterOf, elementOf, guardsOf, type AccessScope } from './thread-access.ts';
import type { PlacedData } from './thread-data.ts';
import type { ThreadLayout } from './thread-layout.ts';
import type { SlotExpr, SlotLoad, SlotName } from '../nests/placed-nest.ts';
import { emitShared } from '../nests/shared-parts.ts';

export interface ThreadScope extends AccessScope {
  readonly known: KnownTensors;
  /** Where known expressions stand in the kernel's data. */
  readonly packed: Map<SlotExpr, (row: ThreadIndex, column: ThreadIndex) => PlacedData>;
  /** Reduce axes in the order of the loops: they count the columns of packed data. */
  readonly columns: readonly number[];
  readonly local: (name: string) => ThreadLocal;
  readonly operandOf: (slot: SlotName) => number;
  readonly layoutOf: (slot: SlotName) => ThreadLayout;
  /** Computes what a load reads where it has no value of its own. */
  readonly inlined: (load: SlotLoad, scope: ThreadScope, out: ThreadStmt[]) => ThreadExpr | undefined;
  /** A load whose guards hold here. */
  readonly inside?: SlotLoad;
}

/** exp of more would overflow, of less vanishes; GPUs differ in what they make of it. */
const largestExponent = 80;

/** Infinity is no literal on GPUs: the largest finite number stands for it. */
export function finite(value: number): ThreadExpr {
  return { kind: 'float', value: Math.min(Math.max(Math.fround(value), -largestF32), largestF32) };
}

/** Adds to `out` what has to come before. */
export function emitThreadExpr(expr: SlotExpr, scope: ThreadScope, out: ThreadStmt[], accumulator?: ThreadExpr): ThreadExpr {
  return emitShared(expr, (inner, part) => emitPart(inner, part, scope, out, accumulator), (value) => inLocal(value, scope, out));
}

/** What is read several times is computed once. */
function inLocal(value: ThreadExpr, scope: ThreadScope, out: ThreadStmt[]): ThreadExpr {
  if (value.kind === 'float' || value.kind === 'constant' || value.kind === 'local') return value;
  const local = scope.local('shared');
  out.push({ kind: 'set', local, value });
  return { kind: 'local', local };
}

function emitPart(expr: SlotExpr, part: (inner: SlotExpr) => ThreadExpr, scope: ThreadScope, out: ThreadStmt[], accumulator?: ThreadExpr): ThreadExpr {
  if (expr.kind === 'constant') return finite(expr.value);
  if (isPackable(expr, scope)) return emitPacked(expr, scope);
  switch (expr.kind) {
    case 'accumulator':
      return present(accumulator, 'accumulator');
    case 'load':
      return emitLoad(expr, scope, out);
    case 'unary': {
      const a = part(expr.a);
      return { kind: 'unary', op: expr.op, a: expr.op === 'exp' ? clamped(a) : a };
    }
    case 'binary':
      return { kind: 'binary', op: expr.op, a: part(expr.a), b: part(expr.b) };
    case 'select':
      return { kind: 'select', compare: expr.compare, a: part(expr.a), b: part(expr.b), then: part(expr.then), otherwise: part(expr.otherwise) };
    case 'index':
    case 'random':
      invariant(false, `${expr.kind} in a deployed network`);
  }
}

function clamped(a: ThreadExpr): ThreadExpr {
  const limit = (value: number): ThreadExpr => ({ kind: 'float', value });
  return { kind: 'binary', op: 'max', a: { kind: 'binary', op: 'min', a, b: limit(largestExponent) }, b: limit(-largestExponent) };
}

function emitLoad(expr: SlotLoad, scope: ThreadScope, out: ThreadStmt[]): ThreadExpr {
  const layout = scope.layoutOf(expr.tensor);
  const element = (stmts: ThreadStmt[]): ThreadExpr =>
    scope.inlined(expr, scope, stmts) ?? { kind: 'element', operand: scope.operandOf(expr.tensor), at: elementOf(scope, expr, layout) };
  const guards = scope.inside === expr ? [] : guardsOf(scope, expr, layout.shape);
  if (guards !== 'never' && guards.length === 0) return element(out);
  const outside = finite(expr.outside ?? 0);
  if (guards === 'never') return outside;
  const local = scope.local('inside');
  const then: ThreadStmt[] = [];
  const value = element(then);
  then.push({ kind: 'set', local, value });
  out.push({ kind: 'set', local, value: outside }, { kind: 'if', when: guards, then, otherwise: [] });
  return { kind: 'local', local };
}

/** Known before the run, and no larger as one table than as those of its parts. */
function isPackable(expr: SlotExpr, scope: ThreadScope): boolean {
  if (!isKnown(expr, scope.known)) return false;
  switch (expr.kind) {
    case 'load':
    case 'index':
    case 'unary':
      return true;
    case 'binary':
      return axesOf(expr).size <= Math.max(axesOf(expr.a).size, axesOf(expr.b).size);
    case 'constant':
    case 'select':
    case 'random':
    case 'accumulator':
      return false;
  }
}

/** A row for each point of the parallel axes it depends on, a column for each of the reduce axes. */
function emitPacked(expr: SlotExpr, scope: ThreadScope): ThreadExpr {
  const used = [...axesOf(expr)].filter((axis) => extentOf(scope, axis) > 1);
  const columns = scope.columns.filter((axis) => used.includes(axis));
  const rows = used.filter((axis) => !columns.includes(axis)).toSorted((a, b) => a - b);
  if (used.length === 0) return { kind: 'float', value: Math.fround(evaluateAt(expr, scope.axes.map(() => 0), scope.known)) };
  let place = scope.packed.get(expr);
  if (!place) {
    place = scope.pool.add(valuesOver(expr, scope.axes, [...rows, ...columns], scope.known), columns.reduce((product, axis) => product * extentOf(scope, axis), 1));
    scope.packed.set(expr, place);
  }
  return { kind: 'constant', ...place(counted(rows, scope), counted(columns, scope)) };
}

function extentOf(scope: ThreadScope, axis: number): number {
  return present(scope.axes[axis], 'axis').extent;
}

/** The counters of axes as one number, the last axis fastest. */
function counted(axes: readonly number[], scope: ThreadScope): ThreadIndex {
  return axes.reduce<ThreadIndex>((sum, axis) => indexSum(indexProductOf(sum, extentOf(scope, axis)), counterOf(scope, axis)), int(0));
}

/** A product spread over the terms of a sum, so that indices stay sums of products. */
function indexProductOf(a: ThreadIndex, by: number): ThreadIndex {
  return a.kind === 'sum' ? indexSum(indexProductOf(a.a, by), indexProductOf(a.b, by)) : a.kind === 'product' ? indexProduct(a.a, a.by * by) : indexProduct(a, by);
}
