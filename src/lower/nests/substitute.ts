// An expression in terms of other axes: what an element of a value is, said where another nest reads it.

import { invariant, present } from '../../base/invariant.ts';
import { loadReplacer } from '../../ir/nest.ts';
import type { Index, IndexTerm } from '../../ir/nest.ts';
import type { SlotExpr, SlotLoad } from './placed-nest.ts';

/**
 * Replaces axis d of an expression by the index `at[d]`, and a load by what `replaced` answers for it.
 * An axis that walks a table may become another axis or a literal point. A part that stands at several places stays one.
 */
export function substituteExpr(expr: SlotExpr, at: readonly Index[], replaced: (load: SlotLoad) => SlotExpr | undefined): SlotExpr {
  const index = (old: Index): Index => {
    let offset = old.offset;
    const terms: IndexTerm[] = [];
    for (const term of old.terms) {
      const to = present(at[term.axis], 'write index');
      if ('table' in term) {
        const [inner, ...more] = to.terms;
        if (!inner) {
          offset += present(term.table[to.offset], 'table entry');
          continue;
        }
        invariant(to.offset === 0 && more.length === 0 && !('table' in inner) && inner.factor === 1, 'a table is walked by one axis, from its start');
        terms.push({ axis: inner.axis, table: term.table });
        continue;
      }
      offset += term.factor * to.offset;
      terms.push(...to.terms.map((inner): IndexTerm => ('table' in inner ? { axis: inner.axis, table: inner.table.map((entry) => entry * term.factor) } : { axis: inner.axis, factor: inner.factor * term.factor })));
    }
    return { offset, terms };
  };
  return loadReplacer<SlotLoad, SlotLoad>((load) => replaced(load) ?? { ...load, index: load.index.map(index) }, index)(expr);
}
