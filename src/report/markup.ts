// HTML and SVG as values. Text is escaped where it becomes markup, so that nothing that a network, a label or a file is
// called can ever be read as markup.

export interface Markup {
  readonly html: string;
}

export type Child = Markup | string | number | undefined | readonly Child[];

/** A value that is undefined leaves the attribute out; true gives one without a value. */
export type Attributes = Readonly<Record<string, string | number | true | undefined>>;

const withoutEnd: readonly string[] = ['meta', 'wbr'];
/** A line ends behind them, so that the page can be read and compared as text. */
const ofLines: readonly string[] = ['meta', 'style', 'head', 'section', 'header', 'footer', 'figure', 'tr', 'li', 'p', 'h1', 'h2', 'h3', 'table', 'details', 'div', 'svg', 'g', 'dd'];

/** `element('td', { class: 'number' }, '<1%')` is `<td class="number">&lt;1%</td>`. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const opening = Object.entries(attributes).map(([key, value]) => (value === undefined ? '' : value === true ? ` ${key}` : ` ${key}="${escaped(String(value))}"`));
  const end = withoutEnd.includes(name) ? '' : `${htmlOf(children)}</${name}>`;
  return { html: `<${name}${opening.join('')}>${end}${ofLines.includes(name) ? '\n' : ''}` };
}

/** For what is text of another language: a style sheet of ours, JSON in which no `<` stands. */
export function verbatim(text: string): Markup {
  return { html: text };
}

export function htmlOf(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string' || typeof child === 'number') return escaped(String(child));
  return 'html' in child ? child.html : child.map(htmlOf).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** JSON that may stand within a `script` element: no text in it can end the element or begin a comment. */
export function jsonForPage(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
