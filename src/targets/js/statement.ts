// Kernel statements as JavaScript.

import { assertNever, present } from '../../base/invariant.ts';
import type { KernelFunction, Stmt } from '../../ir/kernel.ts';
import type { CodeWriter } from '../code-writer.ts';
import { printCondition, printElement, printExpr } from './expression.ts';
import { localName } from './text.ts';

export interface StatementContext {
  readonly out: CodeWriter;
  readonly functions: ReadonlyMap<KernelFunction, string>;
  /** Loops around this statement. */
  readonly depth: number;
  /** How to leave the innermost `loop`. */
  readonly exit: string;
}

export function printStmts(stmts: readonly Stmt[], context: StatementContext): void {
  for (const stmt of stmts) printStmt(stmt, context);
}

function printStmt(stmt: Stmt, context: StatementContext): void {
  const { out, depth } = context;
  switch (stmt.kind) {
    case 'set':
      printSet(localName(stmt.local), stmt, out);
      return;
    case 'store':
      out.line(`${printElement('F', stmt.at, stmt.offset).text} = ${printExpr(stmt.value).text};`);
      return;
    case 'repeat': {
      const i = localName(stmt.counter);
      out.block(`for (${i} = 0; ${i} < ${stmt.count}; ${i}++)`, () => printStmts(stmt.body, { ...context, depth: depth + 1 }));
      return;
    }
    case 'loop': {
      // A `break` without a label would leave a `for` in between.
      const labelled = exitsFromRepeat(stmt.body, false);
      const inner = { ...context, depth: depth + 1, exit: labelled ? `break loop${depth}` : 'break' };
      const head = labelled ? `loop${depth}: do` : 'do';
      out.block(head, () => printStmts(stmt.body, inner), ` while (${printCondition(stmt.while).text});`);
      return;
    }
    case 'exit':
      out.line(`if (${printCondition(stmt.when).text}) ${context.exit};`);
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

/** Whether an `exit` of the loop around these statements stands within a `repeat`. */
function exitsFromRepeat(stmts: readonly Stmt[], repeated: boolean): boolean {
  return stmts.some((stmt): boolean => {
    switch (stmt.kind) {
      case 'exit':
        return repeated;
      case 'repeat':
        return exitsFromRepeat(stmt.body, true);
      case 'if':
        return exitsFromRepeat(stmt.then, repeated) || exitsFromRepeat(stmt.otherwise, repeated);
      case 'set':
      case 'store':
      case 'loop':
      case 'call':
        return false;
    }
    return assertNever(stmt);
  });
}
