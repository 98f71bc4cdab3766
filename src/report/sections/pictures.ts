// What the network looks at: filters of the first layer as pictures (Figures 3 and 5 of Wen et al., 2016), and which
// inputs a first dense layer still reads (Figure 4b there).

import { grouped } from '../../base/number-text.ts';
import { bitmapUrl } from '../charts/bitmap.ts';
import { at, drawing, hint } from '../charts/svg.ts';
import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import type { FilterBank, FilterPictures, InputConnections, ReportData } from '../report-data.ts';
import { capital } from '../words.ts';
import { section } from './parts.ts';

/** Numbers of the input of which each is drawn. */
const mostInputs = 4096;
const pageWidth = 360;

export function pictures({ filters, inputs }: ReportData): Child {
  const parts = [...filters.map(filterFigures), ...(inputs ? [inputFigure(inputs)] : [])];
  return parts.length > 0 ? section('What it looks at', parts) : undefined;
}

function filterFigures(pictured: FilterPictures): Child {
  const { layer, channels, normed, total, before, after } = pictured;
  const shown = after.levels.length;
  const how = normed ? 'Each pixel is the norm over the channels: dark is 0.' : channels === 1 ? 'Middle grey is 0, dark is below, bright is above.' : 'Middle grey is 0 in all three colours.';
  return [
    element('h3', {}, `Filters of ${layer}`),
    element('p', {}, `${how} Each of the pictures has its own scale. A crossed tile is a filter of zeros.${shown < total ? ` The first ${shown} of ${total} filters.` : ''}`),
    element('div', { class: 'pair' }, before && bankFigure(pictured, before), bankFigure(pictured, after)),
  ];
}

function bankFigure(pictured: FilterPictures, bank: FilterBank): Markup {
  const zero = bank.levels.filter((levels) => levels === null).length;
  const left = bank.levels.length - zero;
  const caption = zero === 0 ? `all ${left} filters` : `${left} of ${bank.levels.length} filters, ${zero} zero`;
  return element('figure', {}, element('figcaption', {}, element('b', {}, capital(bank.when)), ` ${caption}`), bankPicture(pictured, bank, `Filters of ${pictured.layer} ${bank.when}: ${caption}`));
}

function bankPicture({ rows, columns, channels, normed }: FilterPictures, { levels, largest }: FilterBank, title: string): Markup {
  const across = acrossOf(levels.length);
  const gap = across > 12 ? 2 : 4;
  const tile = (pageWidth - gap * (across - 1)) / across;
  const tall = (tile * rows) / columns;
  const down = Math.ceil(levels.length / across);
  return drawing(
    { width: pageWidth, height: at(down * (tall + gap) - gap), title, description: `The largest weight is ${Number(largest.toPrecision(3))}` },
    levels.map((level, i) => {
      const [x, y] = [at((i % across) * (tile + gap)), at(Math.floor(i / across) * (tall + gap))];
      const [w, h] = [at(tile), at(tall)];
      if (level === null) return element('g', { class: 'zero' }, hint(`filter ${i}: zero`), element('rect', { x: x + 0.5, y: y + 0.5, width: at(w - 1), height: at(h - 1) }), element('path', { d: `M${at(x + 0.5)} ${at(y + h - 0.5)}L${at(x + w - 0.5)} ${at(y + 0.5)}` }));
      return element('g', {}, hint(`filter ${i}`), element('image', { class: 'pixels', x, y, width: w, height: h, href: bitmapUrl(rows, columns, colorsOf(level, channels, normed)) }));
    }),
  );
}

/** Tiles in a line: few filters are shown large. */
function acrossOf(count: number): number {
  return [5, 8, 10, 12, 16].find((across) => count <= across * across * 0.6) ?? 20;
}

function colorsOf(levels: readonly number[], channels: 1 | 3, normed: boolean): readonly number[] {
  const bright = levels.map((level) => (normed ? 2 * level : 128 + level));
  return channels === 3 ? bright : bright.flatMap((value) => [value, value, value]);
}

function inputFigure({ shape, used, connections }: InputConnections): Child {
  const total = connections.length;
  const most = connections.reduce((a, b) => Math.max(a, b), 0);
  const unread = total - used;
  const share = `${((100 * unread) / total).toFixed(2)}%`;
  return [
    element('h3', {}, 'Inputs read'),
    element('p', {}, unread === 0 ? `All ${grouped(total)} numbers of the input are read.` : `${grouped(used)} of ${grouped(total)} numbers of the input are read; ${grouped(unread)}, ${share}, have no weight left.`),
    total <= mostInputs ? [element('div', { class: 'pair' }, channelPictures(shape, connections, most)), scaleText(most)] : undefined,
  ];
}

function channelPictures(shape: InputConnections['shape'], connections: readonly number[], most: number): readonly Markup[] {
  const [channels = 1, rows = 1, columns = 1] = shape.length === 3 ? shape : [1, 1, connections.length];
  return Array.from({ length: channels }, (_, channel) => {
    const title = `Connections of each ${rows > 1 ? 'pixel' : 'number'}${channels > 1 ? ` of channel ${channel}` : ''}`;
    const tall = rows === 1 ? Math.max(1, Math.round(columns / 12)) : rows;
    const cells = connections.slice(channel * rows * columns, (channel + 1) * rows * columns);
    const picture = drawing(
      { width: columns, height: tall, title, class: 'map', description: `${cells.filter((count) => count > 0).length} of ${cells.length} are read` },
      cells.map((count, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        const place = rows > 1 ? `row ${row}, column ${column}` : `input ${column}`;
        return element('rect', { class: count > 0 ? 'read' : 'unread', x: column, y: row, width: 1, height: rows === 1 ? tall : 1, 'fill-opacity': opacityOf(count / most) }, hint(`${place}: ${grouped(count)}`));
      }),
    );
    return element('figure', {}, element('figcaption', {}, element('b', {}, title)), picture);
  });
}

/** One connection is to be told from none. */
function opacityOf(share: number): number | undefined {
  return share > 0 ? Math.round(100 * (0.15 + 0.85 * share)) / 100 : undefined;
}

function scaleText(most: number): Markup {
  const steps = [0, 0.25, 0.5, 0.75, 1];
  const ramp = element('svg', { class: 'swatch ramp', viewBox: '0 0 50 10', 'aria-hidden': 'true' }, steps.map((share, i) => element('rect', { class: share > 0 ? 'read' : 'unread', x: 10 * i, y: 0, width: 10, height: 10, 'fill-opacity': opacityOf(share) })));
  return element('ul', { class: 'legend' }, element('li', {}, ramp, `0 to ${grouped(most)} weights that are not zero`));
}
