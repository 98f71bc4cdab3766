// Thread kernels as functions that gpu.js compiles from their text.
//
//   function k0_conv(v0) {
//     let sum_1 = 0;
//     for (let kh_2 = 0; kh_2 < 5; kh_2++) {
//       sum_1 += v0[this.thread.y + kh_2][this.thread.x] * this.constants.d0[this.thread.z * 5 + kh_2];
//     }
//     return sum_1;
//   }
//
// gpu.js knows a small part of the language: loops from a literal to a literal, no arrows, no closures.

import { assertNever, invariant } from '../../base/invariant.ts';
import type { ThreadGuard, ThreadKernel, ThreadLocal, ThreadStmt } from '../../ir/thread-kernel.ts';
import { CodeWriter } from '../code-writer.ts';
import { printIndex, printThreadExpr } from './expression.ts';
import { localName } from './text.ts';

/** Names are ours, never a model's. */
export function kernelName({ name }: ThreadKernel, ordinal: number): string {
  invariant(/^\w+$/.test(name), () => `kernel name ${JSON.stringify(name)}`);
  return `k${ordinal}_${name}`;
}

/** The text of one kernel: operands are its parameters, constant data is `this.constants.d0`, `d1`, ... */
export function printThreadKernel(kernel: ThreadKernel, ordinal: number): string {
  const out = new CodeWriter();
  const declared = new Set<ThreadLocal>();
  out.block(`function ${kernelName(kernel, ordinal)}(${kernel.operands.map((_, i) => `v${i}`).join(', ')})`, () => {
    printStmts(kernel.body, out, declared);
    out.line(`return ${printThreadExpr(kernel.result).text};`);
  });
  return out.toString();
}

function printStmts(stmts: readonly ThreadStmt[], out: CodeWriter, declared: Set<ThreadLocal>): void {
  for (const stmt of stmts) printStmt(stmt, out, declared);
}

function printStmt(stmt: ThreadStmt, out: CodeWriter, declared: Set<ThreadLocal>): void {
  switch (stmt.kind) {
    case 'set': {
      const { local, value } = stmt;
      const name = localName(local);
      const adds = value.kind === 'binary' && value.op === 'add' && value.a.kind === 'local' && value.a.local === local;
      if (adds) out.line(`${name} += ${printThreadExpr(value.b).text};`);
      else out.line(`${declared.has(local) ? '' : 'let '}${name} = ${printThreadExpr(value).text};`);
      declared.add(local);
      return;
    }
    case 'repeat': {
      const i = localName(stmt.counter);
      out.block(`for (let ${i} = 0; ${i} < ${stmt.count}; ${i}++)`, () => printStmts(stmt.body, out, declared));
      return;
    }
    case 'if':
      out.block(`if (${stmt.when.flatMap(printGuard).join(' && ')})`, () => printStmts(stmt.then, out, declared));
      if (stmt.otherwise.length > 0) out.block('else', () => printStmts(stmt.otherwise, out, declared));
      return;
  }
  assertNever(stmt);
}

function printGuard({ index, least, below }: ThreadGuard): readonly string[] {
  const { text } = printIndex(index);
  return [...(least === undefined ? [] : [`${text} >= ${least}`]), ...(below === undefined ? [] : [`${text} < ${below}`])];
}

/** The greatest number of rounds of one loop: gpu.js cuts longer ones where it is not told. */
export function longestLoop(stmts: readonly ThreadStmt[]): number {
  return Math.max(1, ...stmts.map((stmt): number => {
    switch (stmt.kind) {
      case 'set':
        return 1;
      case 'repeat':
        return Math.max(stmt.count, longestLoop(stmt.body));
      case 'if':
        return Math.max(longestLoop(stmt.then), longestLoop(stmt.otherwise));
    }
    return assertNever(stmt);
  }));
}
