// The kernel IR after scheduling: a small closed imperative language. Schedules write it, printers only
// print it, each with an exhaustive `switch`.
//
// Types: `i32`, `f32`, and `vec`, a vector of the target's width (wasm 4, js 1). Pointers are i32 in the
// target's address unit (wasm: bytes, 4 an element; js: elements of one heap), so a schedule folds every
// stride and offset into constants before printing.

export type Type = 'i32' | 'f32' | 'vec';

/** A mutable local of one function; its ordinal is its identity. */
export interface Local {
  readonly ordinal: number;
  readonly type: Type;
  /** Says what it holds, for readable output: letters, digits and `_`, chosen by us, never by a model. */
  readonly name: string;
}

export type IntOp = 'add' | 'sub' | 'mul' | 'and' | 'xor' | 'shift-left' | 'shift-right-unsigned' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
export type FloatUnary = 'neg' | 'abs' | 'sqrt' | 'exp' | 'log' | 'relu' | 'reciprocal';
export type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';
export type Compare = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

export type Expr =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number; readonly type: 'f32' | 'vec' }
  | { readonly kind: 'local'; readonly local: Local }
  | { readonly kind: 'int-op'; readonly op: IntOp; readonly a: Expr; readonly b: Expr }
  /**
   * `splat` loads one element into every lane of a vec. `offset` is in address units and not negative. `apart`: address
   * units from lane to lane of a vec; absent: they are neighbours.
   */
  | { readonly kind: 'load'; readonly as: 'i32' | 'f32' | 'vec' | 'splat'; readonly at: Expr; readonly offset: number; readonly apart?: number }
  | { readonly kind: 'unary'; readonly op: FloatUnary; readonly type: 'f32' | 'vec'; readonly a: Expr }
  /**
   * Floating point; `max` and `min` may answer either operand when one is NaN. A target may add a product without
   * rounding it first, where it says so: relaxed SIMD does.
   */
  | { readonly kind: 'binary'; readonly op: FloatBinary; readonly type: 'f32' | 'vec'; readonly a: Expr; readonly b: Expr }
  | { readonly kind: 'select'; readonly type: 'f32' | 'vec'; readonly compare: Compare; readonly a: Expr; readonly b: Expr; readonly then: Expr; readonly otherwise: Expr }
  | { readonly kind: 'splat'; readonly a: Expr }
  /** An i32, read as signed, as the nearest f32. */
  | { readonly kind: 'to-float'; readonly a: Expr };

export type Stmt =
  | { readonly kind: 'set'; readonly local: Local; readonly value: Expr }
  /** `lanes`: store only the first so many lanes of a vec; absent: all. `apart`: address units from lane to lane; absent: they are neighbours. */
  | { readonly kind: 'store'; readonly as: 'f32' | 'vec'; readonly at: Expr; readonly offset: number; readonly value: Expr; readonly lanes?: number; readonly apart?: number }
  /** `counter` from 0 to count-1; count is a literal of at least 1. */
  | { readonly kind: 'repeat'; readonly counter: Local; readonly count: number; readonly body: readonly Stmt[] }
  /** Body first, then again while the condition holds. */
  | { readonly kind: 'loop'; readonly body: readonly Stmt[]; readonly while: Expr }
  | { readonly kind: 'if'; readonly when: Expr; readonly then: readonly Stmt[]; readonly otherwise: readonly Stmt[] }
  | { readonly kind: 'call'; readonly callee: KernelFunction; readonly args: readonly Expr[] };

export interface KernelFunction {
  /** Says what it computes; unique within a module; letters, digits and `_`. */
  readonly name: string;
  /** All i32: pointers and task numbers. They are the first locals. */
  readonly params: readonly Local[];
  /** Every local, params first, in ordinal order. */
  readonly locals: readonly Local[];
  readonly body: readonly Stmt[];
}

/** Constant memory: packed weights or an offset table. */
export interface Segment {
  /** In elements of four bytes from the start of memory. */
  readonly offset: number;
  readonly data: Float32Array | Int32Array;
}

/** A tensor that code outside the kernels reads or writes, and where it lies. */
export interface Binding {
  readonly name: string;
  readonly shape: readonly number[];
  /** Element offset of the element at index 0 of every axis. */
  readonly offset: number;
  /** Element offset of each index of each axis, relative to `offset`: the address is the sum over axes. */
  readonly axes: readonly Int32Array[];
}

/** Names are unique in each list. */
export interface Bindings {
  /** What is written before a program runs: leaves of its graph. */
  readonly inputs: readonly Binding[];
  /** What is read behind it. */
  readonly outputs: readonly Binding[];
}

/** Memory of a tensor in which only the elements that the binding names may be other than zero. */
export interface PaddedMemory extends Omit<Binding, 'shape'> {
  /** In elements. */
  readonly first: number;
  readonly size: number;
}

/** So many independent calls, each with the number of its task. */
export interface StageItem {
  readonly entry: KernelFunction;
  readonly tasks: number;
}

/** Work that threads share: independent tasks, then a barrier. */
export interface Stage {
  readonly items: readonly StageItem[];
  /** Points of all its loop nests: a measure of its work. */
  readonly points: number;
}

export interface KernelModule {
  /** Callees before callers. */
  readonly functions: readonly KernelFunction[];
  /** By name (`run`, `step`, `evaluate`): what to run, in order. Each entry takes its task number. */
  readonly programs: ReadonlyMap<string, readonly Stage[]>;
  /** Size of memory in elements of four bytes. */
  readonly elements: number;
  readonly segments: readonly Segment[];
  readonly bindings: Bindings;
  /** Where schedules rely on zeros: what the interpreter holds them to. Asked for by nobody else. */
  readonly padded: () => readonly PaddedMemory[];
}

/** What a schedule must know of a target. */
export interface TargetMachine {
  readonly name: string;
  /** Lanes of a vec. */
  readonly width: number;
  /** Address units an element of four bytes. */
  readonly unit: number;
  /** Vectors that an inner loop may keep in registers. */
  readonly registers: number;
  /** Steps in one turn of an inner loop by table, unless a schedule says otherwise. */
  readonly unroll: number;
  readonly costs: MachineCosts;
}

/** What a core spends on the inner loops of schedules. It ranks them and changes no result. */
export interface MachineCosts {
  /** Operations that are issued in a cycle, arithmetic and loads. */
  readonly issue: number;
  /** Vectors that are multiplied and added in a cycle. */
  readonly products: number;
  /** Words and vectors that are loaded in a cycle. */
  readonly loads: number;
  /** Cycles until a sum can be added to again. */
  readonly latency: number;
  /** Cycles of a step for the loop itself: a compare and a branch beside the arithmetic. */
  readonly loop: number;
  /** Cycles of a call of a microkernel with the start of its loop, beside loading and storing the tile. */
  readonly call: number;
}

export const int = (value: number): Expr => ({ kind: 'int', value });
export const get = (local: Local): Expr => ({ kind: 'local', local });
export const set = (local: Local, value: Expr): Stmt => ({ kind: 'set', local, value });

/** Integer sum with constants folded. */
export function intAdd(a: Expr, b: Expr): Expr {
  if (a.kind === 'int' && b.kind === 'int') return int(a.value + b.value);
  if (a.kind === 'int' && a.value === 0) return b;
  if (b.kind === 'int' && b.value === 0) return a;
  return { kind: 'int-op', op: 'add', a, b };
}

/** Integer product with constants folded. */
export function intMul(a: Expr, b: Expr): Expr {
  if (a.kind === 'int' && b.kind === 'int') return int(a.value * b.value);
  if ((a.kind === 'int' && a.value === 0) || (b.kind === 'int' && b.value === 0)) return int(0);
  if (a.kind === 'int' && a.value === 1) return b;
  if (b.kind === 'int' && b.value === 1) return a;
  return { kind: 'int-op', op: 'mul', a, b };
}

export const intOp = (op: IntOp, a: Expr, b: Expr): Expr => ({ kind: 'int-op', op, a, b });

/** Collects the locals of a function under construction. */
export interface FunctionBuilder {
  readonly local: (type: Type, name: string) => Local;
  readonly finish: (name: string, body: readonly Stmt[]) => KernelFunction;
}

export function functionBuilder(params: readonly string[]): FunctionBuilder & { readonly params: readonly Local[] } {
  const locals: Local[] = [];
  const local = (type: Type, name: string): Local => {
    const made: Local = { ordinal: locals.length, type, name };
    locals.push(made);
    return made;
  };
  const made = params.map((name) => local('i32', name));
  return { params: made, local, finish: (name, body) => ({ name, params: made, locals, body }) };
}
