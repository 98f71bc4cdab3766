// What sections are made of.

import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';

export function section(title: string, ...children: readonly Child[]): Markup {
  return element('section', {}, element('h2', {}, title), children);
}

/** A line may break behind the dots of a name. */
export function layerName(name: string): Child {
  return name.split(/(?<=\.)/).map((part, i) => (i === 0 ? part : [element('wbr'), part]));
}

export interface DataTable {
  /** The first column names the row, the others stand to the right unless they are in `text`. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly Child[])[];
  readonly text?: readonly number[];
  /** Under a rule at the end. */
  readonly foot?: readonly Child[];
  readonly class?: string;
  /** On a narrow page each cell stands under the title of its column. */
  readonly stacks?: true;
}

/** In a frame of its own that scrolls where the page is too narrow. */
export function dataTable({ head, rows, text = [], foot, class: name, stacks }: DataTable): Markup {
  const cellClass = (column: number): string | undefined => (text.includes(column) ? 'text' : undefined);
  const rowOf = ([first, ...cells]: readonly Child[]): Markup => element('tr', {}, element('th', { scope: 'row' }, first), cells.map((cell, i) => element('td', { class: cellClass(i + 1), 'data-title': stacks && head[i + 1] }, cell)));
  return element(
    'div',
    // Who has no pointer scrolls it by keyboard.
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `table: ${head.filter((title) => title !== '').join(', ')}` },
    element(
      'table',
      { class: [name, stacks && 'stacks'].filter((each) => each !== undefined).join(' ') || undefined },
      element('thead', {}, element('tr', {}, head.map((title, column) => element('th', { scope: 'col', class: cellClass(column) }, title)))),
      element('tbody', {}, rows.map(rowOf)),
      foot && element('tfoot', {}, rowOf(foot)),
    ),
  );
}

/** The first so many; the others, if there are any, folded away. @param noun `more layers` */
export function folded<T>(items: readonly T[], most: number, noun: string, show: (items: readonly T[], first: boolean) => Child): Child {
  const rest = items.slice(most);
  return [show(items.slice(0, most), true), rest.length > 0 ? element('details', {}, element('summary', {}, `${rest.length} ${noun}`), show(rest, false)) : undefined];
}
