// Nests as text, for dumps and golden tests:
//
//   nest conv1: n:1 o:20 y:24 x:24 | c:1 kh:5 kw:5
//     %4[n, o, y, x] = sum(%0[n, c, y + kh, x + kw] * %1[o, c, kh, kw]) then max(acc + %2[o], 0)
//
// Parallel axes, reduce axes behind a bar; `in order` is a sequential axis. A load that may leave its tensor says what is
// read there: `%0[...] else 0`. A table of an index is written out if it is short.

import { partsOf, type Axis, type Index, type IndexTerm, type LoadExpr, type Nest, type NestExpr } from './nest.ts';

const signs = { add: '+', sub: '-', mul: '*', div: '/' } as const;
const comparisons = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;
const neutral = { sum: 0, max: -Infinity, min: Infinity } as const;

/** Entries of a table that are written out at most. */
const shortTable = 12;

/** Two lines. @param nameOf The name of a tensor. */
export function printNest<Tensor>(nest: Nest<Tensor>, nameOf: (tensor: Tensor) => string): string {
  const { name, axes, write, combine, initial, value, finish } = nest;
  const element = ({ tensor, index }: Pick<LoadExpr<Tensor>, 'tensor' | 'index'>): string => `${nameOf(tensor)}[${index.map((at) => printIndex(at, axes)).join(', ')}]`;
  const text = (expr: NestExpr<LoadExpr<Tensor>>): string => printExpr(expr, axes, element);
  const start = combine === 'store' || initial === neutral[combine] ? '' : ` from ${initial === 'keep' ? 'what is there' : initial}`;
  const combined = combine === 'store' ? text(value) : `${combine}${start}(${text(value)})`;
  return `nest ${name}: ${printAxes(axes)}\n  ${element(write)} = ${combined}${finish ? ` then ${text(finish)}` : ''}`;
}

function printAxes(axes: readonly Axis[]): string {
  const named = (kinds: readonly Axis['kind'][]): string => axes.filter(({ kind }) => kinds.includes(kind)).map(({ name, extent, kind }) => `${name}:${extent}${kind === 'sequential' ? ' in order' : ''}`).join(' ');
  const [written, folded] = [named(['parallel', 'sequential']), named(['reduce'])];
  return folded === '' ? written : `${written} | ${folded}`;
}

function printIndex({ offset, terms }: Index, axes: readonly Axis[]): string {
  const parts = terms.map((term) => printTerm(term, axes));
  const all = offset !== 0 || parts.length === 0 ? [...parts, String(offset)] : parts;
  return all.join(' + ').replaceAll('+ -', '- ');
}

function printTerm(term: IndexTerm, axes: readonly Axis[]): string {
  const name = axes[term.axis]?.name ?? '?';
  if ('factor' in term) return term.factor === 1 ? name : `${term.factor}*${name}`;
  const { table } = term;
  return `{${table.length <= shortTable ? table.join(' ') : `${table.slice(0, shortTable).join(' ')} ...`}}[${name}]`;
}

function printExpr<Tensor>(expr: NestExpr<LoadExpr<Tensor>>, axes: readonly Axis[], element: (load: LoadExpr<Tensor>) => string): string {
  const part = (inner: NestExpr<LoadExpr<Tensor>>): string => printExpr(inner, axes, element);
  /** As an operand of a sign. */
  const atom = (inner: NestExpr<LoadExpr<Tensor>>): string => (partsOf(inner).length > 1 ? `(${part(inner)})` : part(inner));
  switch (expr.kind) {
    case 'constant':
      return String(expr.value);
    case 'accumulator':
      return 'acc';
    case 'index':
      return `#(${printIndex(expr.index, axes)})`;
    case 'load':
      return expr.outside === undefined ? element(expr) : `(${element(expr)} else ${expr.outside})`;
    case 'unary':
      return `${expr.op}(${part(expr.a)})`;
    case 'binary':
      return expr.op === 'max' || expr.op === 'min' ? `${expr.op}(${part(expr.a)}, ${part(expr.b)})` : `${atom(expr.a)} ${signs[expr.op]} ${atom(expr.b)}`;
    case 'select':
      return `(${atom(expr.a)} ${comparisons[expr.compare]} ${atom(expr.b)} ? ${atom(expr.then)} : ${atom(expr.otherwise)})`;
    case 'random':
      return `random(${part(expr.seed)}, ${part(expr.step)}, ${expr.stream}, ${printIndex(expr.index, axes)})`;
  }
}
