// The kernel IR before scheduling: perfect loop nests with named axes, access maps and guards. An op's
// `lower` answers nests; `lower/schedule` turns a nest into a kernel (ir/kernel.ts) for one target. A nest
// says what is computed, never how: tiles, vectors, tables, padding and memory belong to the schedule.
//
//   nest conv1:  n:1 o:20 y:24 x:24 | c:1 kh:5 kw:5            parallel axes | reduce axes
//     result0[n, o, y, x] = sum( input0[n, c, y+kh, x+kw] * input1[o, c, kh, kw] )  then  acc + input2[o]
//
// Meaning: the points of the domain are visited in lexicographic order of `axes`; each point combines its
// `value` into the element that `write` maps it to. Elements start from `initial`; `finish` is applied once
// to each element after its last point. A point whose write index leaves the tensor (the padding of a
// scatter) writes nothing. Elements that no point writes keep what they held.

import { present } from '../base/invariant.ts';

/** How an axis takes part. */
export type AxisKind =
  /** Distinct points write distinct elements: any order, any grouping. */
  | 'parallel'
  /** Absent from the write map: folded into the element by `combine`. */
  | 'reduce'
  /** In the write map, but overlapping with other axes there (a scatter): keep in order, outside the parallel ones. */
  | 'sequential';

export interface Axis {
  readonly name: string;
  readonly extent: number;
  readonly kind: AxisKind;
  /** `batch`: this axis walks the samples, and a schedule may divide it into the graph's fixed shards. */
  readonly role?: 'batch' | 'shard';
}

/**
 * A term of an index: a function of one axis, linear (`factor * axis`) or by table (`table[axis]`). Indices
 * are separable, so a schedule can turn any of them into precomputed offsets.
 */
export type IndexTerm =
  | { readonly axis: number; readonly factor: number }
  | { readonly axis: number; readonly table: readonly number[] };

/** `offset + sum of terms`, the index along one dimension of a tensor. Axis numbers are positions in `Nest.axes`. */
export interface Index {
  readonly terms: readonly IndexTerm[];
  readonly offset: number;
}

/** A tensor the nest touches: an operand or result of the node, or a temporary of this lowering. */
export type TensorRef =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'result'; readonly index: number }
  | { readonly kind: 'temporary'; readonly index: number };

export type UnaryOp = 'neg' | 'abs' | 'sqrt' | 'exp' | 'log' | 'relu' | 'reciprocal';
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';
export type CompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/**
 * An element; `outside` is its value where an index leaves the logical range (padding). Absent: the indices never
 * leave it.
 */
export interface LoadExpr<Tensor = TensorRef> {
  readonly kind: 'load';
  readonly tensor: Tensor;
  readonly index: readonly Index[];
  readonly outside?: number;
}

/** @template Load How elements are named: of tensors as an op sees them, of slots of a graph, by access of a schedule. */
export type NestExpr<Load extends { readonly kind: 'load' } = LoadExpr> =
  | Load
  | { readonly kind: 'constant'; readonly value: number }
  /** An index as a number, such as a tap's position (tables hold integers here too). */
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly a: NestExpr<Load> }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly a: NestExpr<Load>; readonly b: NestExpr<Load> }
  | { readonly kind: 'select'; readonly compare: CompareOp; readonly a: NestExpr<Load>; readonly b: NestExpr<Load>; readonly then: NestExpr<Load>; readonly otherwise: NestExpr<Load> }
  /** Uniform in [0, 1): `(hash32(seed, stream, step, index) >>> 8) / 2**24` of base/random, step and seed being scalar loads. */
  | { readonly kind: 'random'; readonly seed: NestExpr<Load>; readonly step: NestExpr<Load>; readonly stream: number; readonly index: Index }
  /** In `finish` only: the combined element. */
  | { readonly kind: 'accumulator' };

export type Combine = 'store' | 'sum' | 'max' | 'min';

/** @template Tensor How tensors are named. */
export interface Nest<Tensor = TensorRef> {
  /** For people: `conv1`, `conv1.grad-weight`. */
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly write: { readonly tensor: Tensor; readonly index: readonly Index[] };
  readonly combine: Combine;
  /**
   * What an element starts from: a number, or `keep` for what it held before this nest (so that a scatter
   * or a second contribution adds to it). Unused by `store`.
   */
  readonly initial: number | 'keep';
  readonly value: NestExpr<LoadExpr<Tensor>>;
  /** Applied to each element once; absent: the element as it is. Uses parallel axes only. */
  readonly finish?: NestExpr<LoadExpr<Tensor>>;
}

/** What `lower` answers for a node: nests in order, and the shapes of temporaries between them. */
export interface LoweredNode {
  readonly nests: readonly Nest[];
  readonly temporaries: readonly (readonly number[])[];
}

/** How many points become one element at most, over all nests. */
export function foldedPoints(nests: readonly Nest[]): number {
  return Math.max(1, ...nests.map(({ axes }) => axes.reduce((points, axis) => (axis.kind === 'parallel' ? points : points * axis.extent), 1)));
}

/** The value of a term at a point of its axis. */
export function termAt(term: IndexTerm, i: number): number {
  return 'table' in term ? present(term.table[i], 'table entry') : term.factor * i;
}

// Constructors, so that an op's lowering reads like the mathematics.

export function index(offset: number, ...terms: readonly (readonly [axis: number, factor: number])[]): Index {
  return { offset, terms: terms.filter(([, factor]) => factor !== 0).map(([axis, factor]) => ({ axis, factor })) };
}

/** The index that walks one axis. */
export function along(axis: number): Index {
  return index(0, [axis, 1]);
}

/** The index `table[axis]`. */
export function looked(axis: number, table: readonly number[]): Index {
  return { offset: 0, terms: [{ axis, table }] };
}

export const input = (i: number): TensorRef => ({ kind: 'input', index: i });
export const result = (i: number): TensorRef => ({ kind: 'result', index: i });
export const temporary = (i: number): TensorRef => ({ kind: 'temporary', index: i });
export const constant = (value: number): NestExpr => ({ kind: 'constant', value });
export const accumulator: NestExpr = { kind: 'accumulator' };
export const load = <Tensor>(tensor: Tensor, at: readonly Index[], outside?: number): NestExpr<LoadExpr<Tensor>> =>
  outside === undefined ? { kind: 'load', tensor, index: at } : { kind: 'load', tensor, index: at, outside };
export const unary = (op: UnaryOp, a: NestExpr): NestExpr => ({ kind: 'unary', op, a });
export const binary = (op: BinaryOp, a: NestExpr, b: NestExpr): NestExpr => ({ kind: 'binary', op, a, b });
export const add = (a: NestExpr, b: NestExpr): NestExpr => binary('add', a, b);
export const sub = (a: NestExpr, b: NestExpr): NestExpr => binary('sub', a, b);
export const mul = (a: NestExpr, b: NestExpr): NestExpr => binary('mul', a, b);
export const div = (a: NestExpr, b: NestExpr): NestExpr => binary('div', a, b);
export const select = (a: NestExpr, compare: CompareOp, b: NestExpr, then: NestExpr, otherwise: NestExpr): NestExpr => ({ kind: 'select', compare, a, b, then, otherwise });

/** The expressions that this one is made of, in the order of its fields. */
export function partsOf<Load extends { readonly kind: 'load' }>(expr: NestExpr<Load>): readonly NestExpr<Load>[] {
  switch (expr.kind) {
    case 'constant':
    case 'accumulator':
    case 'load':
    case 'index':
      return [];
    case 'unary':
      return [expr.a];
    case 'binary':
      return [expr.a, expr.b];
    case 'select':
      return [expr.a, expr.b, expr.then, expr.otherwise];
    case 'random':
      return [expr.seed, expr.step];
  }
}

/**
 * Replaces the loads of the expressions that it is called with, and the indices that they compute with. A part that stands at several
 * places stays one.
 */
export function loadReplacer<From extends { readonly kind: 'load' }, To extends { readonly kind: 'load' }>(replace: (load: From) => NestExpr<To>, moved: (at: Index) => Index = (at) => at): (expr: NestExpr<From>) => NestExpr<To> {
  const done = new Map<NestExpr<From>, NestExpr<To>>();
  const replaced = (expr: NestExpr<From>): NestExpr<To> => {
    switch (expr.kind) {
      case 'constant':
      case 'accumulator':
        return expr;
      case 'index':
        return { ...expr, index: moved(expr.index) };
      case 'load':
        return replace(expr);
      case 'unary':
        return { ...expr, a: part(expr.a) };
      case 'binary':
        return { ...expr, a: part(expr.a), b: part(expr.b) };
      case 'select':
        return { ...expr, a: part(expr.a), b: part(expr.b), then: part(expr.then), otherwise: part(expr.otherwise) };
      case 'random':
        return { ...expr, seed: part(expr.seed), step: part(expr.step), index: moved(expr.index) };
    }
  };
  const part = (expr: NestExpr<From>): NestExpr<To> => {
    const made = done.get(expr) ?? replaced(expr);
    done.set(expr, made);
    return made;
  };
  return part;
}
