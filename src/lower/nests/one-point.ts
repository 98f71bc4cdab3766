// Axes of one point that a table moves: the table's only entry becomes part of the index. Loops leave such axes out,
// and what is left out stands at 0, which is not where the table leads.

import type { Index, IndexTerm, Nest } from '../../ir/nest.ts';
import { along } from '../../ir/nest.ts';
import { nestLoads } from './nest-loads.ts';
import type { SlotExpr, SlotName } from './placed-nest.ts';
import { substituteExpr } from './substitute.ts';

/** The same nest in which no axis of one point walks a table. */
export function withoutOnePointTables(nest: Nest<SlotName>): Nest<SlotName> {
  const isOnePoint = (term: IndexTerm): boolean => 'table' in term && nest.axes[term.axis]?.extent === 1;
  const moved = new Set([nest.write.index, ...nestLoads(nest).map((load) => load.index)].flatMap((indices) => indices.flatMap(({ terms }) => terms.filter(isOnePoint).map(({ axis }) => axis))));
  if (moved.size === 0) return nest;
  const at = nest.axes.map((_, axis): Index => (moved.has(axis) ? { offset: 0, terms: [] } : along(axis)));
  const settled = (expr: SlotExpr): SlotExpr => substituteExpr(expr, at, () => undefined);
  const entryOf = ({ offset, terms }: Index): Index => ({
    offset: terms.reduce((sum, term) => ('table' in term && isOnePoint(term) ? sum + (term.table[0] ?? 0) : sum), offset),
    terms: terms.filter((term) => !isOnePoint(term)),
  });
  return { ...nest, write: { ...nest.write, index: nest.write.index.map(entryOf) }, value: settled(nest.value), ...(nest.finish && { finish: settled(nest.finish) }) };
}
