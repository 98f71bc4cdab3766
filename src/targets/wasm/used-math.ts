// Which helper functions the kernels of a module call.

import { assertNever } from '../../base/invariant.ts';
import type { Expr, KernelModule, Stmt } from '../../ir/kernel.ts';
import type { MathFunction } from './math.ts';

export function usedMath(module: KernelModule): readonly MathFunction[] {
  const used = new Set<MathFunction>();
  for (const { body } of module.functions) collectStmts(body, used);
  return [...used].toSorted();
}

function collectStmts(stmts: readonly Stmt[], used: Set<MathFunction>): void {
  for (const stmt of stmts) {
    switch (stmt.kind) {
      case 'set':
        collect(used, stmt.value);
        continue;
      case 'store':
        collect(used, stmt.at, stmt.value);
        continue;
      case 'repeat':
        collectStmts(stmt.body, used);
        continue;
      case 'loop':
        collectStmts(stmt.body, used);
        collect(used, stmt.while);
        continue;
      case 'if':
        collect(used, stmt.when);
        collectStmts(stmt.then, used);
        collectStmts(stmt.otherwise, used);
        continue;
      case 'call':
        collect(used, ...stmt.args);
        continue;
    }
    assertNever(stmt);
  }
}

function collect(used: Set<MathFunction>, ...exprs: readonly Expr[]): void {
  for (const expr of exprs) {
    switch (expr.kind) {
      case 'int':
      case 'float':
      case 'local':
        continue;
      case 'int-op':
      case 'binary':
        collect(used, expr.a, expr.b);
        continue;
      case 'load':
        collect(used, expr.at);
        continue;
      case 'unary':
        if (expr.op === 'exp' || expr.op === 'log') used.add(expr.op);
        collect(used, expr.a);
        continue;
      case 'select':
        collect(used, expr.a, expr.b, expr.then, expr.otherwise);
        continue;
      case 'splat':
      case 'to-float':
        collect(used, expr.a);
        continue;
    }
    assertNever(expr);
  }
}
