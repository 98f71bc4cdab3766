// Kernel statements as JavaScript.

import { assertNever, present } from '../../base/invariant.ts';
import type { KernelFunction, Stmt } from '../../ir/kernel.ts';
import type { CodeWriter } from '../code-writer.ts';
import { printCondition, printElement, printExpr } from './expression.ts';
import { localName } from './text.ts';

export interface StatementContext {
  readonly out: CodeWriter;
  readonly functions: ReadonlyMap<KernelFunction, string>;
}

export function printStmts(stmts: readonly Stmt[], context: StatementContext): void {
  for (const stmt of stmts) printStmt(stmt, context);
}

function printStmt(stmt: Stmt, context: StatementContext): void {
  const { out } = context;
  switch (stmt.kind) {
    case 'set':
      printSet(localName(stmt.local), stmt, out);
      return;
    case 'store':
      out.line(`${printElement('F', stmt.at, stmt.offset).text} = ${printExpr(stmt.value).text};`);
      return;
    case 'repeat': {
      const i = localName(stmt.counter);
      out.block(`for (${i} = 0; ${i} < ${stmt.count}; ${i}++)`, () => printStmts(stmt.body, context));
      return;
    }
    case 'loop':
      out.block('do', () => printStmts(stmt.body, context), ` while (${printCondition(stmt.while).text});`);
      return;
    case 'if':
      out.block(`if (${printCondition(stmt.when).text})`, () => printStmts(stmt.then, context));
      if (stmt.otherwise.length > 0) out.block('else', () => printStmts(stmt.otherwise, context));
      return;
    case 'call':
      out.line(`${present(context.functions.get(stmt.callee), stmt.callee.name)}(${stmt.args.map((arg) => printExpr(arg).text).join(', ')});`);
      return;
  }
  assertNever(stmt);
}

/** `x += y` for a sum in floating point that starts with `x` itself. */
function printSet(name: string, { local, value }: Stmt & { kind: 'set' }, out: CodeWriter): void {
  const adds = value.kind === 'binary' && value.op === 'add' && value.a.kind === 'local' && value.a.local === local;
  out.line(adds ? `${name} += ${printExpr(value.b).text};` : `${name} = ${printExpr(value).text};`);
}
