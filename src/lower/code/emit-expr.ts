// Turns nest expressions into kernel expressions at one point of the loops: loads through pointers, guards
// into conditions, indices into numbers.

import { invariant, present } from '../../base/invariant.ts';
import { termAt, type Combine, type Index } from '../../ir/nest.ts';
import { get, int, intAdd, intMul, intOp, set, type Expr, type FunctionBuilder, type Local, type Stmt } from '../../ir/kernel.ts';
import { loadOf, offsetAlong, strideAlong, type Access, type LoadNumber, type ResolvedExpr } from '../accesses/resolve.ts';
import { accessNumber } from '../accesses/domain.ts';
import { emitShared } from '../nests/shared-parts.ts';
import { pointerOf, startOf, type Scope } from './scope.ts';

/** The value of an index here, with `fixed` axes at literal points. */
export function indexValue(scope: Scope, at: Index, fixed: ReadonlyMap<number, number>): Expr {
  let value: Expr = int(at.offset);
  for (const term of at.terms) {
    const point = fixed.get(term.axis);
    if (point !== undefined) {
      value = intAdd(value, int(termAt(term, point)));
      continue;
    }
    let counter = scope.counters.get(term.axis) ?? int(0);
    const perTask = scope.domain.taskFactor.get(term.axis);
    if (perTask !== undefined) counter = intAdd(counter, intMul(scope.counters.get(present(scope.domain.task, 'task')) ?? int(0), int(perTask)));
    if ('table' in term) {
      const { unit } = scope.machine;
      // Tables hold address units; a plain number is wanted here, so it is stored divided.
      const base = scope.constants.table(term.table.map((entry) => entry / unit)) * unit;
      value = intAdd(value, { kind: 'load', as: 'i32', at: intMul(counter, int(unit)), offset: base });
    } else {
      value = intAdd(value, intMul(counter, int(term.factor)));
    }
  }
  return value;
}

export interface EmitOptions {
  readonly type: 'f32' | 'vec';
  /** The axis along which a vec lies. */
  readonly vectorAxis?: number | undefined;
  /** Axes unrolled at literal points. */
  readonly fixed: ReadonlyMap<number, number>;
  readonly accumulator?: Expr;
  /** What has been loaded, by access and offset: it is loaded once. For straight code that writes nothing which it loads again. */
  readonly loaded?: Map<string, Local>;
}

/** Elements by which literal points move an access. */
function offsetAt(access: Access, fixed: EmitOptions['fixed']): number {
  let offset = 0;
  for (const [axis, point] of fixed) offset += offsetAlong(access, axis, point);
  return offset;
}

function loadAt(scope: Scope, load: LoadNumber, options: EmitOptions): Expr {
  const { access } = loadOf(scope.domain.nest, load);
  const number = accessNumber(load);
  const lane = options.vectorAxis === undefined ? 0 : (strideAlong(access, options.vectorAxis) ?? NaN);
  const as = options.type === 'f32' ? 'f32' : lane === 0 ? 'splat' : 'vec';
  invariant(as !== 'vec' || lane === 1 || scope.machine.width === 1, 'lanes of a vector are neighbours in memory');
  const at = pointerOf(scope, number);
  const units = offsetAt(access, options.fixed) * scope.machine.unit;
  // Addresses do not wrap: where padding comes first a pointer may stand before memory, and must be moved in.
  return units >= 0 && startOf(scope.domain, number).base >= 0 ? { kind: 'load', as, at, offset: units } : { kind: 'load', as, at: intAdd(at, int(units)), offset: 0 };
}

function loadOnce(scope: Scope, load: LoadNumber, options: EmitOptions, out: Stmt[]): Expr {
  const { loaded, type, fixed } = options;
  const value = loadAt(scope, load, options);
  if (!loaded) return value;
  const key = `${load.load} at ${offsetAt(loadOf(scope.domain.nest, load).access, fixed)}`;
  const known = loaded.get(key);
  if (known) return get(known);
  const local = scope.builder.local(type, 'loaded');
  out.push(set(local, value));
  loaded.set(key, local);
  return get(local);
}

/** The hash of base/random as kernel expressions. */
function mixed(scope: Scope, word: Expr, out: Stmt[]): Expr {
  const h = scope.builder.local('i32', 'h');
  const xorShift = (by: number): Expr => intOp('xor', get(h), intOp('shift-right-unsigned', get(h), int(by)));
  out.push(set(h, word), set(h, intMul(xorShift(16), int(0x85ebca6b | 0))), set(h, intMul(xorShift(13), int(0xc2b2ae35 | 0))), set(h, xorShift(16)));
  return get(h);
}

/** Adds to `out` what has to come before. */
export function emitExpr(expr: ResolvedExpr, scope: Scope, options: EmitOptions, out: Stmt[]): Expr {
  return emitShared(expr, (inner, part) => emitPart(inner, part, scope, options, out), (value) => inLocal(value, options.type, scope.builder, out));
}

/** What is read several times is computed once; a load of neighbours is as good as a local. */
export function inLocal(value: Expr, type: 'f32' | 'vec', builder: FunctionBuilder, out: Stmt[]): Expr {
  if (value.kind === 'local' || value.kind === 'float' || (value.kind === 'load' && value.apart === undefined)) return value;
  const local = builder.local(type, 'shared');
  out.push(set(local, value));
  return get(local);
}

function emitPart(expr: ResolvedExpr, part: (inner: ResolvedExpr) => Expr, scope: Scope, options: EmitOptions, out: Stmt[]): Expr {
  const { type } = options;
  switch (expr.kind) {
    case 'constant':
      return { kind: 'float', type, value: expr.value };
    case 'accumulator':
      return present(options.accumulator, 'accumulator');
    case 'index': {
      const value = indexValue(scope, expr.index, options.fixed);
      if (value.kind === 'int') return { kind: 'float', type, value: value.value };
      const number: Expr = { kind: 'to-float', a: value };
      return type === 'vec' ? { kind: 'splat', a: number } : number;
    }
    case 'load': {
      const load = loadOf(scope.domain.nest, expr);
      if (load.guards.length === 0) return loadOnce(scope, expr, options, out);
      const value = scope.builder.local(type, 'inside');
      const inside = load.guards
        .flatMap(({ index, extent }) => {
          const at = indexValue(scope, index, options.fixed);
          return [intOp('ge', at, int(0)), intOp('lt', at, int(extent))];
        })
        .reduce((a, b) => intOp('and', a, b));
      out.push(
        set(value, { kind: 'float', type, value: load.outside }),
        { kind: 'if', when: inside, then: [set(value, loadAt(scope, expr, options))], otherwise: [] },
      );
      return get(value);
    }
    case 'unary':
      return { kind: 'unary', op: expr.op, type, a: part(expr.a) };
    case 'binary':
      return { kind: 'binary', op: expr.op, type, a: part(expr.a), b: part(expr.b) };
    case 'select':
      return { kind: 'select', type, compare: expr.compare, a: part(expr.a), b: part(expr.b), then: part(expr.then), otherwise: part(expr.otherwise) };
    case 'random': {
      invariant(type === 'f32', 'random numbers are drawn lane by lane');
      const [seed, step] = [scalarBits(part(expr.seed)), scalarBits(part(expr.step))];
      let h = mixed(scope, intOp('xor', seed, int(0x9e3779b9 | 0)), out);
      h = mixed(scope, intAdd(h, int(expr.stream | 0)), out);
      h = mixed(scope, intAdd(h, step), out);
      h = mixed(scope, intAdd(h, indexValue(scope, expr.index, options.fixed)), out);
      const draw: Expr = { kind: 'to-float', a: intOp('shift-right-unsigned', h, int(8)) };
      return { kind: 'binary', op: 'mul', type, a: draw, b: { kind: 'float', type, value: 2 ** -24 } };
    }
  }
}

/** Seed and step are scalar inputs that hold i32 bits. */
function scalarBits(value: Expr): Expr {
  invariant(value.kind === 'load', 'seed and step are scalar inputs');
  return { ...value, as: 'i32' };
}

/** Combines one more value into an accumulator. */
export function combined(combine: Combine, type: 'f32' | 'vec', accumulator: Expr, value: Expr): Expr {
  switch (combine) {
    case 'store':
      return value;
    case 'sum':
      return { kind: 'binary', op: 'add', type, a: accumulator, b: value };
    case 'max':
    case 'min':
      return { kind: 'binary', op: combine, type, a: accumulator, b: value };
  }
}

