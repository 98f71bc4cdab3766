// Kernel expressions as WebAssembly: operands first, then the instruction, one value left on the stack.

import { assertNever, present } from '../../base/invariant.ts';
import type { Compare, Expr, FloatBinary, FloatUnary, IntOp, KernelFunction, Local } from '../../ir/kernel.ts';
import type { FunctionBody } from './encoder/function-body.ts';
import type { PlainMnemonic } from './encoder/opcodes.ts';
import type { MathFunction } from './math.ts';

/** What printing one function needs to know of its module. */
export interface FunctionContext {
  readonly body: FunctionBody;
  /** Index of each local in the body. */
  readonly locals: ReadonlyMap<Local, number>;
  readonly functions: ReadonlyMap<KernelFunction, number>;
  readonly math: ReadonlyMap<MathFunction, number>;
  /** Whether the sum of a product is one instruction of relaxed SIMD, which rounds once where the machine can. */
  readonly relaxed: boolean;
}

const intInstruction: Readonly<Record<IntOp, PlainMnemonic>> = {
  add: 'i32.add', sub: 'i32.sub', mul: 'i32.mul', and: 'i32.and', xor: 'i32.xor',
  'shift-left': 'i32.shl', 'shift-right-unsigned': 'i32.shr_u',
  eq: 'i32.eq', ne: 'i32.ne', lt: 'i32.lt_s', le: 'i32.le_s', gt: 'i32.gt_s', ge: 'i32.ge_s',
};

type Arithmetic = Exclude<FloatBinary, 'min' | 'max'>;
type Direct = 'neg' | 'abs' | 'sqrt';
type Mnemonics<Op extends string> = Readonly<Record<'f32' | 'vec', Readonly<Record<Op, PlainMnemonic>>>>;

const arithmetic: Mnemonics<Arithmetic> = {
  f32: { add: 'f32.add', sub: 'f32.sub', mul: 'f32.mul', div: 'f32.div' },
  vec: { add: 'f32x4.add', sub: 'f32x4.sub', mul: 'f32x4.mul', div: 'f32x4.div' },
};

const direct: Mnemonics<Direct> = {
  f32: { neg: 'f32.neg', abs: 'f32.abs', sqrt: 'f32.sqrt' },
  vec: { neg: 'f32x4.neg', abs: 'f32x4.abs', sqrt: 'f32x4.sqrt' },
};

const comparison: Mnemonics<Compare> = {
  f32: { eq: 'f32.eq', ne: 'f32.ne', lt: 'f32.lt', le: 'f32.le', gt: 'f32.gt', ge: 'f32.ge' },
  vec: { eq: 'f32x4.eq', ne: 'f32x4.ne', lt: 'f32x4.lt', le: 'f32x4.le', gt: 'f32x4.gt', ge: 'f32x4.ge' },
};

/** Bytes of alignment that every element has. */
const elementAlignment = 4;

export function writeExpr(expr: Expr, context: FunctionContext): void {
  const { body } = context;
  switch (expr.kind) {
    case 'int':
      body.emit('i32.const', expr.value);
      return;
    case 'float':
      writeFloat(expr.value, expr.type, body);
      return;
    case 'local':
      body.emit('local.get', present(context.locals.get(expr.local), expr.local.name));
      return;
    case 'int-op':
      writeExpr(expr.a, context);
      writeExpr(expr.b, context);
      body.emit(intInstruction[expr.op]);
      return;
    case 'load':
      if (expr.apart !== undefined) {
        writeApart(expr, expr.apart, context);
        return;
      }
      writeExpr(expr.at, context);
      body.emit(loadInstruction[expr.as], expr.offset, elementAlignment);
      return;
    case 'unary':
      writeUnary(expr.op, expr.type, expr.a, context);
      return;
    case 'binary':
      writeBinary(expr.op, expr.type, expr.a, expr.b, context);
      return;
    case 'select':
      writeExpr(expr.then, context);
      writeExpr(expr.otherwise, context);
      writeExpr(expr.a, context);
      writeExpr(expr.b, context);
      body.emit(comparison[expr.type][expr.compare]).emit(expr.type === 'vec' ? 'v128.bitselect' : 'select');
      return;
    case 'splat':
      writeExpr(expr.a, context);
      body.emit('f32x4.splat');
      return;
    case 'to-float':
      writeExpr(expr.a, context);
      body.emit('f32.convert_i32_s');
      return;
  }
  assertNever(expr);
}

const loadInstruction = { i32: 'i32.load', f32: 'f32.load', vec: 'v128.load', splat: 'v128.load32_splat' } as const;

function writeFloat(value: number, type: 'f32' | 'vec', body: FunctionBody): void {
  if (type === 'vec') body.emit('v128.const', new Float32Array(4).fill(value));
  else body.emit('f32.const', value);
}

function writeUnary(op: FloatUnary, type: 'f32' | 'vec', a: Expr, context: FunctionContext): void {
  const { body } = context;
  switch (op) {
    case 'neg':
    case 'abs':
    case 'sqrt':
      writeExpr(a, context);
      body.emit(direct[type][op]);
      return;
    case 'reciprocal':
      writeFloat(1, type, body);
      writeExpr(a, context);
      body.emit(arithmetic[type].div);
      return;
    case 'relu':
      // pmax(x, 0) is x < 0 ? 0 : x: a NaN stays, and x86 needs one instruction.
      writeLanes(type, body, () => {
        writeLaneOperand(a, type, context);
        writeFloat(0, 'vec', body);
        body.emit('f32x4.pmax');
      });
      return;
    case 'exp':
    case 'log':
      writeLanes(type, body, () => {
        writeLaneOperand(a, type, context);
        body.call(present(context.math.get(op), op));
      });
      return;
  }
  assertNever(op);
}

function writeBinary(op: FloatBinary, type: 'f32' | 'vec', a: Expr, b: Expr, context: FunctionContext): void {
  const { body } = context;
  if (context.relaxed && op === 'add' && type === 'vec' && (isProduct(a) || isProduct(b))) {
    const [product, addend] = isProduct(b) ? [b, a] : [a as Product, b];
    for (const operand of [product.a, product.b, addend]) writeExpr(operand, context);
    body.emit('f32x4.relaxed_madd');
    return;
  }
  switch (op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      writeExpr(a, context);
      writeExpr(b, context);
      body.emit(arithmetic[type][op]);
      return;
    case 'max':
    case 'min':
      // `f32x4.max` costs eight instructions on x86, and `f32.max` branches on the data.
      writeLanes(type, body, () => {
        writeLaneOperand(a, type, context);
        writeLaneOperand(b, type, context);
        body.emit(op === 'max' ? 'f32x4.pmax' : 'f32x4.pmin');
      });
      return;
  }
  assertNever(op);
}

type Product = Extract<Expr, { readonly kind: 'binary' }>;

function isProduct(expr: Expr): expr is Product {
  return expr.kind === 'binary' && expr.op === 'mul';
}

/** `write` leaves a vector; of a scalar operation it is the first lane. */
function writeLanes(type: 'f32' | 'vec', body: FunctionBody, write: () => void): void {
  write();
  if (type === 'f32') body.emit('f32x4.extract_lane', 0);
}

function writeLaneOperand(operand: Expr, type: 'f32' | 'vec', context: FunctionContext): void {
  writeExpr(operand, context);
  if (type === 'f32') context.body.emit('f32x4.splat');
}

/** Loads lanes one by one. */
function writeApart({ at, offset }: Expr & { kind: 'load' }, apart: number, context: FunctionContext): void {
  const { body } = context;
  const loaded = body.local('v128');
  writeExpr(at, context);
  body.emit('v128.load32_zero', offset, elementAlignment).emit('local.set', loaded);
  for (const lane of [1, 2, 3]) {
    writeExpr(at, context);
    body.emit('local.get', loaded).emit('v128.load32_lane', lane, offset + lane * apart, elementAlignment).emit('local.set', loaded);
  }
  body.emit('local.get', loaded);
}
