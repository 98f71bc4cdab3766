// Kernel statements as WebAssembly. A loop tests its condition at the end.

import { assertNever, invariant, present } from '../../base/invariant.ts';
import type { Stmt } from '../../ir/kernel.ts';
import { writeExpr } from './expression.ts';
import type { FunctionContext } from './expression.ts';

const elementAlignment = 4;
const elementBytes = 4;

export function writeStmts(stmts: readonly Stmt[], context: FunctionContext): void {
  for (const stmt of stmts) writeStmt(stmt, context);
}

function writeStmt(stmt: Stmt, context: FunctionContext): void {
  const { body } = context;
  switch (stmt.kind) {
    case 'set':
      writeExpr(stmt.value, context);
      body.emit('local.set', present(context.locals.get(stmt.local), stmt.local.name));
      return;
    case 'store':
      if (stmt.apart !== undefined) {
        writeApart(stmt, stmt.apart, context);
      } else if (stmt.lanes === undefined) {
        writeExpr(stmt.at, context);
        writeExpr(stmt.value, context);
        body.emit(stmt.as === 'vec' ? 'v128.store' : 'f32.store', stmt.offset, elementAlignment);
      } else {
        writeLanes(stmt, stmt.lanes, context);
      }
      return;
    case 'repeat':
      writeRepeat(stmt, context);
      return;
    case 'loop':
      writeLoop(stmt, context);
      return;
    case 'if':
      writeExpr(stmt.when, context);
      body.if(
        () => writeStmts(stmt.then, context),
        stmt.otherwise.length > 0 ? () => writeStmts(stmt.otherwise, context) : undefined,
      );
      return;
    case 'call':
      for (const arg of stmt.args) writeExpr(arg, context);
      body.call(present(context.functions.get(stmt.callee), stmt.callee.name));
      return;
  }
  assertNever(stmt);
}

/** Stores the first lanes of a vector: two at once, then one. */
function writeLanes({ at, offset, value }: Stmt & { kind: 'store' }, lanes: number, context: FunctionContext): void {
  const { body } = context;
  const stored = body.local('v128');
  writeExpr(value, context);
  body.emit('local.set', stored);
  if (lanes >= 2) {
    writeExpr(at, context);
    body.emit('local.get', stored).emit('v128.store64_lane', 0, offset, elementAlignment);
  }
  if (lanes % 2 === 1) {
    writeExpr(at, context);
    body.emit('local.get', stored).emit('v128.store32_lane', lanes - 1, offset + (lanes - 1) * elementBytes, elementAlignment);
  }
}

/** Stores lanes one by one. */
function writeApart({ at, offset, value, lanes = 4 }: Stmt & { kind: 'store' }, apart: number, context: FunctionContext): void {
  const { body } = context;
  const [stored, address] = [body.local('v128'), body.local('i32')];
  writeExpr(value, context);
  body.emit('local.set', stored);
  writeExpr(at, context);
  body.emit('local.set', address);
  for (let lane = 0; lane < lanes; lane++) {
    body.emit('local.get', address).emit('local.get', stored).emit('v128.store32_lane', lane, offset + lane * apart, elementAlignment);
  }
}

function writeRepeat(stmt: Stmt & { kind: 'repeat' }, context: FunctionContext): void {
  const { body } = context;
  const counter = present(context.locals.get(stmt.counter), stmt.counter.name);
  invariant(stmt.count >= 1, () => `repeat of ${stmt.count}`);
  body.emit('i32.const', 0).emit('local.set', counter);
  if (stmt.count === 1) return writeStmts(stmt.body, context);
  body.loop((again) => {
    writeStmts(stmt.body, context);
    body.emit('local.get', counter).emit('i32.const', 1).emit('i32.add').emit('local.tee', counter);
    body.emit('i32.const', stmt.count).emit('i32.ne').brIf(again);
  });
}

function writeLoop(stmt: Stmt & { kind: 'loop' }, context: FunctionContext): void {
  const { body } = context;
  body.loop((again) => {
    writeStmts(stmt.body, context);
    writeExpr(stmt.while, context);
    body.brIf(again);
  });
}
