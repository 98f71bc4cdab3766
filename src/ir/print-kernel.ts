// The kernel IR as text, for dumps and golden tests. Memory is `[address + offset]` in the target's address units.
//
//   function run0_conv_5x2(a0, b1, out2)
//     acc3 = 0
//     loop
//       from8 = a0 + i32[t9 + 4]
//       acc3 = acc3 + splat[from8] * vec[b1 + 16]
//     while t9 != 320
//     vec[out2] = max(acc3, 0)
//
//   program run: run0_conv | run1_max_pool            stages, each with its entries and how many tasks they have

import { assertNever } from '../base/invariant.ts';
import type { Compare, Expr, FloatBinary, IntOp, KernelFunction, KernelModule, Local, Stmt } from './kernel.ts';

const intSigns: Readonly<Record<IntOp, string>> = { add: '+', sub: '-', mul: '*', and: '&', xor: '^', 'shift-left': '<<', 'shift-right-unsigned': '>>>', eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };
const floatSigns: Readonly<Record<Exclude<FloatBinary, 'min' | 'max'>, string>> = { add: '+', sub: '-', mul: '*', div: '/' };
const comparisons: Readonly<Record<Compare, string>> = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };

export function printKernels({ functions, programs, elements }: KernelModule): string {
  const stages = [...programs].map(([name, list]) => `program ${name}: ${list.map(({ items }) => items.map(({ entry, tasks }) => (tasks === 1 ? entry.name : `${entry.name} x ${tasks}`)).join(', ')).join(' | ')}`);
  return `${[...functions.map(printFunction), ...stages, `memory: ${elements} elements`].join('\n\n')}\n`;
}

export function printFunction({ name, params, body }: KernelFunction): string {
  return [`function ${name}(${params.map(localName).join(', ')})`, ...indented(body.flatMap(lines))].join('\n');
}

function localName({ name, ordinal }: Local): string {
  return `${name}${ordinal}`;
}

const indented = (inner: readonly string[]): readonly string[] => inner.map((line) => `  ${line}`);

function lines(stmt: Stmt): readonly string[] {
  switch (stmt.kind) {
    case 'set':
      return [`${localName(stmt.local)} = ${printed(stmt.value)}`];
    case 'store':
      return [`${stmt.as}${stmt.lanes === undefined ? '' : ` of ${stmt.lanes}`}${stmt.apart === undefined ? '' : ` by ${stmt.apart}`}${place(stmt.at, stmt.offset)} = ${printed(stmt.value)}`];
    case 'repeat':
      return [`repeat ${localName(stmt.counter)} < ${stmt.count}`, ...indented(stmt.body.flatMap(lines))];
    case 'loop':
      return ['loop', ...indented(stmt.body.flatMap(lines)), `while ${printed(stmt.while)}`];
    case 'if':
      return [`if ${printed(stmt.when)}`, ...indented(stmt.then.flatMap(lines)), ...(stmt.otherwise.length > 0 ? ['else', ...indented(stmt.otherwise.flatMap(lines))] : [])];
    case 'call':
      return [`${stmt.callee.name}(${stmt.args.map(printed).join(', ')})`];
    default:
      return assertNever(stmt);
  }
}

function place(at: Expr, offset: number): string {
  return `[${printed(at)}${offset === 0 ? '' : ` + ${offset}`}]`;
}

/** As an operand of a sign. */
function atom(expr: Expr): string {
  const isSign = expr.kind === 'int-op' || expr.kind === 'select' || (expr.kind === 'binary' && expr.op !== 'min' && expr.op !== 'max');
  return isSign ? `(${printed(expr)})` : printed(expr);
}

function printed(expr: Expr): string {
  switch (expr.kind) {
    case 'int':
    case 'float':
      return String(expr.value);
    case 'local':
      return localName(expr.local);
    case 'int-op':
      return `${atom(expr.a)} ${intSigns[expr.op]} ${atom(expr.b)}`;
    case 'load':
      return `${expr.as}${expr.apart === undefined ? '' : ` by ${expr.apart}`}${place(expr.at, expr.offset)}`;
    case 'unary':
      return `${expr.op}(${printed(expr.a)})`;
    case 'binary':
      return expr.op === 'min' || expr.op === 'max' ? `${expr.op}(${printed(expr.a)}, ${printed(expr.b)})` : `${atom(expr.a)} ${floatSigns[expr.op]} ${atom(expr.b)}`;
    case 'select':
      return `${atom(expr.a)} ${comparisons[expr.compare]} ${atom(expr.b)} ? ${atom(expr.then)} : ${atom(expr.otherwise)}`;
    case 'splat':
      return `splat(${printed(expr.a)})`;
    case 'to-float':
      return `to-float(${printed(expr.a)})`;
    default:
      return assertNever(expr);
  }
}
