// Checks that a kernel module is one: what schedules promise and printers rely on. Run in tests; what it
// finds is always a bug of a schedule.

import { InternalError, assertNever } from '../base/invariant.ts';
import type { Binding, Expr, KernelFunction, KernelModule, Local, Stmt, TargetMachine, Type } from './kernel.ts';

/**
 * Types of expressions, locals declared once and in order, callees before callers, names, offsets not
 * negative, counts of loops; segments, bindings and entries within the module.
 * @throws InternalError naming the function.
 */
export function verifyKernels(module: KernelModule, machine: TargetMachine): void {
  const known = new Set<KernelFunction>();
  const names = new Set<string>();
  for (const fn of module.functions) {
    if (names.has(fn.name)) reject(fn.name, 'the name is taken');
    names.add(fn.name);
    verifyFunction(fn, known, machine);
    known.add(fn);
  }
  for (const [name, stages] of module.programs) {
    for (const { entry, tasks } of stages.flatMap(({ items }) => items)) {
      if (!known.has(entry)) reject(name, `runs ${entry.name}, which is not in the module`);
      if (entry.params.length !== 1) reject(name, `entry ${entry.name} takes ${entry.params.length} parameters instead of the task`);
      if (!isCount(tasks)) reject(name, `${tasks} tasks of ${entry.name}`);
    }
  }
  verifyMemory(module);
}

function reject(where: string, why: string): never {
  throw new InternalError(`kernel ${where}: ${why}`);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 1;
}

function isInt32(n: number): boolean {
  return (n | 0) === n;
}

function verifyMemory({ elements, segments, bindings }: KernelModule): void {
  if (!isCount(elements)) reject('memory', `${elements} elements`);
  let end = 0;
  for (const { offset, data } of segments.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < end) reject('memory', `a segment at ${offset} overlaps one before it`);
    end = offset + data.length;
  }
  if (end > elements) reject('memory', `segments reach ${end} of ${elements} elements`);
  for (const list of [bindings.inputs, bindings.outputs]) {
    const names = new Set<string>();
    for (const binding of list) {
      if (names.has(binding.name)) reject('memory', `two bindings "${binding.name}"`);
      names.add(binding.name);
      verifyBinding(binding, elements);
    }
  }
}

function verifyBinding({ name, shape, offset, axes }: Binding, elements: number): void {
  if (axes.length !== shape.length || axes.some((axis, d) => axis.length !== shape[d])) reject('memory', `binding "${name}" has other axes than its shape`);
  const low = axes.reduce((sum, axis) => sum + axis.reduce((least, at) => Math.min(least, at), Infinity), offset);
  const high = axes.reduce((sum, axis) => sum + axis.reduce((greatest, at) => Math.max(greatest, at), -Infinity), offset);
  if (low < 0 || high >= elements) reject('memory', `binding "${name}" lies at ${low}..${high} of ${elements} elements`);
}

function verifyFunction(fn: KernelFunction, known: ReadonlySet<KernelFunction>, machine: TargetMachine): void {
  const fault = (why: string): never => reject(fn.name, why);
  if (!/^[A-Za-z_]\w*$/.test(fn.name)) fault('no plain name');
  for (const [ordinal, local] of fn.locals.entries()) {
    if (local.ordinal !== ordinal) fault(`local ${local.name} numbers ${local.ordinal} at place ${ordinal}`);
    if (!/^\w+$/.test(local.name)) fault(`local ${JSON.stringify(local.name)} has no plain name`);
  }
  for (const [at, param] of fn.params.entries()) {
    if (fn.locals[at] !== param || param.type !== 'i32') fault(`parameter ${param.name} is no i32 among the first locals`);
  }
  const declared = new Set<Local>(fn.locals);
  const context: Context = { fault, known, machine, declared };
  verifyStmts(fn.body, context, new Set());
}

interface Context {
  readonly fault: (why: string) => never;
  readonly known: ReadonlySet<KernelFunction>;
  readonly machine: TargetMachine;
  readonly declared: ReadonlySet<Local>;
}

/** `counters`: of the `repeat`s around; only those set them. */
function verifyStmts(stmts: readonly Stmt[], context: Context, counters: ReadonlySet<Local>): void {
  for (const stmt of stmts) verifyStmt(stmt, context, counters);
}

function verifyStmt(stmt: Stmt, context: Context, counters: ReadonlySet<Local>): void {
  const { fault, machine } = context;
  switch (stmt.kind) {
    case 'set':
      if (counters.has(stmt.local)) fault(`sets ${stmt.local.name}, which counts a loop around it`);
      expect(stmt.value, typeOfLocal(stmt.local, context), context);
      return;
    case 'store':
      verifyAddress(stmt.at, stmt.offset, context);
      expect(stmt.value, stmt.as, context);
      if (stmt.lanes !== undefined && (stmt.as !== 'vec' || !isCount(stmt.lanes) || stmt.lanes >= machine.width)) fault(`stores ${stmt.lanes} lanes of ${stmt.as}`);
      verifyApart(stmt.as, stmt.apart, context);
      return;
    case 'repeat':
      if (!isCount(stmt.count)) fault(`repeats ${stmt.count} times`);
      if (typeOfLocal(stmt.counter, context) !== 'i32') fault(`counts with ${stmt.counter.name}, no i32`);
      if (counters.has(stmt.counter)) fault(`${stmt.counter.name} counts two loops, one in the other`);
      verifyStmts(stmt.body, context, new Set([...counters, stmt.counter]));
      return;
    case 'loop':
      verifyStmts(stmt.body, context, counters);
      expect(stmt.while, 'i32', context);
      return;
    case 'if':
      expect(stmt.when, 'i32', context);
      verifyStmts(stmt.then, context, counters);
      verifyStmts(stmt.otherwise, context, counters);
      return;
    case 'call':
      if (!context.known.has(stmt.callee)) fault(`calls ${stmt.callee.name}, which does not stand before it`);
      if (stmt.args.length !== stmt.callee.params.length) fault(`calls ${stmt.callee.name} with ${stmt.args.length} arguments`);
      for (const arg of stmt.args) expect(arg, 'i32', context);
      return;
    default:
      assertNever(stmt);
  }
}

function verifyAddress(at: Expr, offset: number, context: Context): void {
  expect(at, 'i32', context);
  if (!Number.isSafeInteger(offset) || offset < 0) context.fault(`an offset of ${offset}`);
  if (offset % context.machine.unit !== 0) context.fault(`offset ${offset} lies between elements`);
}

function expect(expr: Expr, type: Type, context: Context): void {
  const found = typeOf(expr, context);
  if (found !== type) context.fault(`${expr.kind} is ${found} where ${type} is wanted`);
}

function typeOfLocal(local: Local, { declared, fault }: Context): Type {
  if (!declared.has(local)) fault(`${local.name} is not declared`);
  return local.type;
}

function typeOf(expr: Expr, context: Context): Type {
  const { fault } = context;
  switch (expr.kind) {
    case 'int':
      if (!isInt32(expr.value)) fault(`${expr.value} is no i32`);
      return 'i32';
    case 'float':
      if (Number.isNaN(expr.value)) fault('a literal NaN');
      return expr.type;
    case 'local':
      return typeOfLocal(expr.local, context);
    case 'int-op':
      expect(expr.a, 'i32', context);
      expect(expr.b, 'i32', context);
      return 'i32';
    case 'load':
      verifyAddress(expr.at, expr.offset, context);
      verifyApart(expr.as, expr.apart, context);
      return expr.as === 'splat' ? 'vec' : expr.as;
    case 'unary':
      expect(expr.a, expr.type, context);
      return expr.type;
    case 'binary':
      expect(expr.a, expr.type, context);
      expect(expr.b, expr.type, context);
      return expr.type;
    case 'select':
      for (const part of [expr.a, expr.b, expr.then, expr.otherwise]) expect(part, expr.type, context);
      return expr.type;
    case 'splat':
      expect(expr.a, 'f32', context);
      return 'vec';
    case 'to-float':
      expect(expr.a, 'i32', context);
      return 'f32';
    default:
      return assertNever(expr);
  }
}

function verifyApart(as: string, apart: number | undefined, { fault, machine }: Context): void {
  if (apart !== undefined && (as !== 'vec' || !isCount(apart) || apart % machine.unit !== 0)) fault(`lanes of ${as} ${apart} apart`);
}
