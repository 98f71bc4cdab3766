// The living definition of the kernel IR: runs a module over a memory, one element of four bytes at a time,
// and complains where it breaks its own rules. It may not leave memory, not write constants, not read what
// another task of the stage writes, not write other than zeros where schedules rely on zeros. Slow and literal on purpose: targets are tested against references,
// this says where an address went wrong.

import { assertNever, invariant, present } from '../base/invariant.ts';
import { binaryAt, compareAt, unaryAt } from './arithmetic.ts';
import type { Expr, IntOp, KernelFunction, KernelModule, Stage, Stmt, TargetMachine } from './kernel.ts';

export interface KernelInterpreter {
  /** Of `module.elements` elements, its segments in place. */
  readonly memory: Float32Array;
  /**
   * Runs a program; the tasks of each item in the order that `order` answers for their number.
   * @throws InternalError where an address breaks a rule.
   */
  readonly run: (program: string, order?: (tasks: number) => readonly number[]) => void;
}

type Vec = readonly number[];
type KernelValue = number | Vec;

/** What the functions of a module run on. */
interface Machine {
  readonly width: number;
  readonly unit: number;
  readonly floats: Float32Array;
  readonly ints: Int32Array;
  readonly reading: (element: number) => void;
  /** Of a lane: vectors may reach over the end of a tensor, into lanes that nobody uses. Answers NaN for what another task writes. */
  readonly readingLane: (element: number) => number;
  readonly writing: (element: number, value: number) => void;
}

export function interpretKernels(module: KernelModule, { width, unit }: TargetMachine): KernelInterpreter {
  const memory = new Float32Array(module.elements);
  const ints = new Int32Array(memory.buffer);
  const constant = new Uint8Array(module.elements);
  for (const { offset, data } of module.segments) {
    new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 4 * offset);
    constant.fill(1, offset, offset + data.length);
  }
  const zero = paddingOf(module);
  // Tasks (from 1) that wrote and read each element in the current stage; -1 for several readers.
  const writer = new Int32Array(module.elements);
  const reader = new Int32Array(module.elements);
  let task = 0;
  let where = '';
  const inside = (element: number): void => invariant(Number.isInteger(element) && element >= 0 && element < module.elements, () => `${where} leaves memory: element ${element} of ${module.elements}`);
  const machine: Machine = {
    width,
    unit,
    floats: memory,
    ints,
    reading: (element) => {
      inside(element);
      invariant(writer[element] === 0 || writer[element] === task, () => `${where} reads element ${element}, which another task of its stage writes`);
      reader[element] = reader[element] === 0 || reader[element] === task ? task : -1;
    },
    readingLane: (element) => {
      inside(element);
      return writer[element] === 0 || writer[element] === task ? (memory[element] as number) : NaN;
    },
    writing: (element, value) => {
      inside(element);
      invariant(constant[element] === 0, () => `${where} writes the constant at element ${element}`);
      invariant(value === 0 || zero[element] === 0, () => `${where} writes ${value} into padding, at element ${element}`);
      invariant(writer[element] === 0 || writer[element] === task, () => `${where} writes element ${element}, which another task of its stage writes`);
      invariant(reader[element] === 0 || reader[element] === task, () => `${where} writes element ${element}, which another task of its stage reads`);
      writer[element] = task;
    },
  };
  const runStage = ({ items }: Stage, order: (tasks: number) => readonly number[]): void => {
    writer.fill(0);
    reader.fill(0);
    task = 0;
    for (const { entry, tasks } of items) {
      const first = task;
      for (const number of order(tasks)) {
        task = first + number + 1;
        where = `task ${number} of ${entry.name}`;
        call(entry, [number], machine);
      }
      task = first + tasks;
    }
  };
  return {
    memory,
    run: (program, order = (tasks) => Array.from({ length: tasks }, (_, i) => i)) => {
      for (const stage of present(module.programs.get(program), `program ${program}`)) runStage(stage, order);
    },
  };
}

/** By element: 1 where only zeros may be written. */
function paddingOf({ elements, padded }: KernelModule): Uint8Array {
  const zero = new Uint8Array(elements);
  for (const { first, size, offset, axes } of padded()) {
    zero.fill(1, first, first + size);
    const places = axes.reduce<readonly number[]>((starts, along) => starts.flatMap((start) => Array.from(along, (step) => start + step)), [offset]);
    for (const place of places) zero[place] = 0;
  }
  return zero;
}

interface Frame {
  readonly machine: Machine;
  readonly locals: KernelValue[];
}

function call(fn: KernelFunction, args: readonly number[], machine: Machine): void {
  const locals = fn.locals.map(({ type }): KernelValue => (type === 'vec' ? vector(machine.width, () => 0) : 0));
  for (const [at, arg] of args.entries()) locals[at] = arg;
  runStmts(fn.body, { machine, locals });
}

function vector(width: number, lane: (i: number) => number): Vec {
  return Array.from({ length: width }, (_, i) => lane(i));
}

function runStmts(stmts: readonly Stmt[], frame: Frame): void {
  for (const stmt of stmts) runStmt(stmt, frame);
}

function runStmt(stmt: Stmt, frame: Frame): void {
  const { machine, locals } = frame;
  switch (stmt.kind) {
    case 'set':
      locals[stmt.local.ordinal] = valueOf(stmt.value, frame);
      return;
    case 'store':
      store(stmt, frame);
      return;
    case 'repeat':
      for (let i = 0; i < stmt.count; i++) {
        locals[stmt.counter.ordinal] = i;
        runStmts(stmt.body, frame);
      }
      return;
    case 'loop':
      do runStmts(stmt.body, frame);
      while (intOf(stmt.while, frame) !== 0);
      return;
    case 'if':
      runStmts(intOf(stmt.when, frame) !== 0 ? stmt.then : stmt.otherwise, frame);
      return;
    case 'call':
      call(stmt.callee, stmt.args.map((arg) => intOf(arg, frame)), machine);
      return;
    default:
      assertNever(stmt);
  }
}

/** Both parts are positions in memory: addresses do not wrap. */
function elementAt(at: Expr, offset: number, frame: Frame): number {
  const address = intOf(at, frame);
  invariant(address >= 0, () => `address ${address} + ${offset}`);
  return (address + offset) / frame.machine.unit;
}

function store(stmt: Extract<Stmt, { kind: 'store' }>, frame: Frame): void {
  const { machine } = frame;
  const first = elementAt(stmt.at, stmt.offset, frame);
  const value = valueOf(stmt.value, frame);
  const lanes = typeof value === 'number' ? [value] : value.slice(0, stmt.lanes ?? machine.width);
  const stride = (stmt.apart ?? machine.unit) / machine.unit;
  for (const [lane, number] of lanes.entries()) {
    machine.writing(first + lane * stride, number);
    machine.floats[first + lane * stride] = number;
  }
}

function intOf(expr: Expr, frame: Frame): number {
  const value = valueOf(expr, frame);
  invariant(typeof value === 'number', 'a vector for a number');
  return value;
}

function valueOf(expr: Expr, frame: Frame): KernelValue {
  const { machine, locals } = frame;
  const { width } = machine;
  switch (expr.kind) {
    case 'int':
      return expr.value | 0;
    case 'float':
      return expr.type === 'vec' ? vector(width, () => Math.fround(expr.value)) : Math.fround(expr.value);
    case 'local':
      return locals[expr.local.ordinal] ?? NaN;
    case 'int-op':
      return intAt(expr.op, intOf(expr.a, frame), intOf(expr.b, frame));
    case 'load':
      return load(expr, frame);
    case 'unary':
      return each([valueOf(expr.a, frame)], ([a = NaN]) => Math.fround(unaryAt(expr.op, a)));
    case 'binary':
      return each([valueOf(expr.a, frame), valueOf(expr.b, frame)], ([a = NaN, b = NaN]) => Math.fround(binaryAt(expr.op, a, b)));
    case 'select': {
      const parts = [expr.a, expr.b, expr.then, expr.otherwise].map((part) => valueOf(part, frame));
      return each(parts, ([a = NaN, b = NaN, then = NaN, otherwise = NaN]) => (compareAt(expr.compare, a, b) ? then : otherwise));
    }
    case 'splat': {
      const value = intOf(expr.a, frame);
      return vector(width, () => value);
    }
    case 'to-float':
      return Math.fround(intOf(expr.a, frame));
    default:
      return assertNever(expr);
  }
}

function load({ as, at, offset, apart }: Extract<Expr, { kind: 'load' }>, frame: Frame): KernelValue {
  const { machine } = frame;
  const stride = (apart ?? machine.unit) / machine.unit;
  const first = elementAt(at, offset, frame);
  const read = (element: number): number => {
    machine.reading(element);
    return machine.floats[element] as number;
  };
  switch (as) {
    case 'i32':
      machine.reading(first);
      return machine.ints[first] as number;
    case 'f32':
      return read(first);
    case 'vec':
      return machine.width === 1 ? [read(first)] : vector(machine.width, (lane) => machine.readingLane(first + lane * stride));
    case 'splat': {
      const value = read(first);
      return vector(machine.width, () => value);
    }
    default:
      return assertNever(as);
  }
}

/** Applies `f` lane by lane. */
function each(operands: readonly KernelValue[], f: (lanes: readonly number[]) => number): KernelValue {
  const [first] = operands;
  const at = (value: KernelValue, lane: number): number => (typeof value === 'number' ? value : (value[lane] ?? NaN));
  if (typeof first === 'number' || first === undefined) return f(operands.map((value) => at(value, 0)));
  return first.map((_, lane) => f(operands.map((value) => at(value, lane))));
}

function intAt(op: IntOp, a: number, b: number): number {
  switch (op) {
    case 'add':
      return (a + b) | 0;
    case 'sub':
      return (a - b) | 0;
    case 'mul':
      return Math.imul(a, b);
    case 'and':
      return a & b;
    case 'xor':
      return a ^ b;
    case 'shift-left':
      return a << b;
    case 'shift-right-unsigned':
      return (a >>> b) | 0;
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return compareAt(op, a, b) ? 1 : 0;
    default:
      return assertNever(op);
  }
}
