// Bars within the cells of tables: they stretch with the cell, the numbers beside them do not.

import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import { at } from './svg.ts';

/** A part of a whole, which is the width of the cell. */
export function shareBar(share: number): Markup {
  return stretched(8, element('rect', { class: 'track', width: 100, height: 8 }), filled(share));
}

/** A share of the longest bar of the table. */
export function bar(share: number): Markup {
  return stretched(8, filled(share));
}

/** Dense above compacted, an outline above a filled bar. Shares of the widest bar of the table. */
export function barPair(dense: number, compacted: number): Markup {
  return stretched(17, element('rect', { class: 'outline', width: widthOf(dense), height: 7, y: 0.5 }), element('rect', { class: 'ours', width: widthOf(compacted), height: 8, y: 9 }));
}

function stretched(height: number, ...children: readonly Child[]): Markup {
  return element('svg', { class: 'bar', viewBox: `0 0 100 ${height}`, height, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, children);
}

function filled(share: number): Markup {
  return element('rect', { class: 'ours', width: widthOf(share), height: 8 });
}

/** What is not nothing is to be seen. */
function widthOf(share: number): number {
  return share > 0 ? Math.max(0.6, at(100 * Math.min(1, share))) : 0;
}
