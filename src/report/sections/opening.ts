// The head of the page: what is wrong first, then the result in one sentence and one table.

import { formatBytes, grouped } from '../../base/number-text.ts';
import type { BeforeAfter } from '../../sparsity/structure-report.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { ErrorWords } from '../../train/tasks/task.ts';
import { comparedErrors, savesSomething, verdict } from '../comparison.ts';
import type { ComparedErrors } from '../comparison.ts';
import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import type { ReportData } from '../report-data.ts';
import { capital, times, timeText } from '../words.ts';

export function opening(data: ReportData): Markup {
  const { network, dataset, findings, notes, unfinished } = data;
  return element(
    'header',
    {},
    element('h1', {}, network, element('span', { class: 'on' }, ` on ${dataset}`)),
    element('p', { class: 'lead' }, verdict(data)),
    unfinished && callout('Unfinished', 'It is still training, was stopped, or ended in an error. This page says what there is so far.', '`ssl-compile train FILE --out RUN --resume` goes on with it'),
    findings.map(({ message, help }) => callout('Look at this first', message, help)),
    notes.map((note) => callout('Note', note)),
    comparisonTable(data),
  );
}

function callout(title: string, text: string, help?: string): Markup {
  return element('div', { class: 'callout', role: 'note' }, element('strong', {}, `${title}. `), sentence(text), ' ', help === undefined ? undefined : sentence(help));
}

/** A message of a diagnostic: what stands between backquotes is code. */
function sentence(message: string): Child {
  if (message === '') return undefined;
  const text = `${capital(message)}${/[.!?]$/.test(message) ? '' : '.'}`;
  return text.split('`').map((part, i) => (i % 2 === 1 ? element('code', {}, part) : part));
}

type Row = readonly [name: Child, dense: Child, compacted: Child, change: Child];

function comparisonTable(data: ReportData): Child {
  const { result, timing } = data;
  const errors = comparedErrors(data);
  if (!result || !errors) return undefined;
  const ratio = (sides: BeforeAfter, word: string): Child => {
    const found = savesSomething(data) ? times(sides.dense, sides.compacted) : undefined;
    return found === undefined ? '' : `${found} ${word}`;
  };
  const sized = (name: string, sides: BeforeAfter, format: (value: number) => string = grouped): Row => [name, format(sides.dense), format(sides.compacted), ratio(sides, 'fewer')];
  const rows: readonly Row[] = [
    errorRow(errors, taskOf(data).words),
    sized('multiply-accumulates a sample', result.macs),
    ...(result.convMacs.dense > 0 && result.convMacs.dense < result.macs.dense ? [sized('of convolutions alone', result.convMacs)] : []),
    sized('weights', result.weights),
    sized('bytes of parameters', result.bytes, formatBytes),
    ...(timing ? [['time a sample', timeText(timing.whole.dense), timeText(timing.whole.compacted), ratio(timing.whole, 'faster')] as const] : []),
  ];
  return element(
    'table',
    { class: 'headline' },
    element('thead', {}, element('tr', {}, element('td'), ['dense network', 'compacted', ''].map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, rows.map(([name, ...cells]) => element('tr', {}, element('th', { scope: 'row' }, name), cells.map((cell) => element('td', {}, cell))))),
  );
}

function errorRow({ ours, epochs, dense }: ComparedErrors, { name, text, change }: ErrorWords): Row {
  const after = (value: number): Markup => element('small', {}, ` ${value} ${value === 1 ? 'epoch' : 'epochs'}`);
  if (!dense) return [`test ${name}`, '', [text(ours), after(epochs)], ''];
  return [`test ${name}`, [text(dense.error), after(dense.epochs)], [text(ours), after(epochs)], dense.epochs === epochs ? change(dense.error, ours) : 'not a comparison of equals'];
}
