// How the compacted module answers the test set: errors by class, and which class is taken for which.

import { grouped, percent } from '../../base/number-text.ts';
import { tasks } from '../../train/tasks/index.ts';
import { bar } from '../charts/bars.ts';
import { at, drawing, hint } from '../charts/svg.ts';
import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import type { ClassAnswers, ReportData, TestAnswers, TestSquares } from '../report-data.ts';
import { counted } from '../words.ts';
import { dataTable, folded, section } from './parts.ts';

/** Classes of a matrix that is drawn, and of one whose cells have room for numbers. */
const mostDrawn = 40;
const mostNumbered = 12;
const mostRows = 30;
const mostPairs = 20;

export function testSet({ evaluation }: ReportData): Child {
  if (!evaluation) return undefined;
  if (!('classes' in evaluation)) return squares(evaluation);
  const { samples, wrong, error, unanswered, classes } = evaluation;
  return section(
    'Test set',
    element('p', {}, `The compacted module answers ${grouped(wrong)} of ${counted(samples, 'sample')} wrongly, ${percent(error)}.${unanswered > 0 ? ` ${grouped(unanswered)} of them have no answer: a score is not a number.` : ''}`),
    element('div', { class: 'pair' }, element('div', {}, element('h3', {}, 'Errors by class'), classTable(classes)), element('div', {}, element('h3', {}, 'Taken for each other'), classes.length <= mostDrawn ? confusionMatrix(evaluation) : undefined, confusedPairs(evaluation))),
  );
}

function squares({ samples, error, root, unanswered, outputs }: TestSquares): Child {
  const { text } = tasks.regress.words;
  const largest = (outputs ?? []).reduce((most, each) => Math.max(most, each.error), 0) || 1;
  return section(
    'Test set',
    element('p', {}, `Over ${counted(samples, 'sample')} the compacted module has a mean squared error of ${text(error)}, whose root is ${text(root)}.${unanswered > 0 ? ` ${grouped(unanswered)} of them have no answer: a number is not finite.` : ''}`),
    outputs && folded(outputs, mostRows, 'more outputs', (shown) => dataTable({ head: ['output', 'MSE'], rows: shown.map((each) => [each.name, [bar(each.error / largest), element('span', { class: 'share' }, text(each.error))]]), text: [1], class: 'shares' })),
  );
}

/** Of many classes the worst come first. */
function classTable(classes: readonly ClassAnswers[]): Child {
  const share = ({ samples, wrong }: ClassAnswers): number => (samples > 0 ? wrong / samples : 0);
  const largest = classes.reduce((most, each) => Math.max(most, share(each)), 0) || 1;
  const ordered = classes.length > mostRows ? classes.toSorted((a, b) => share(b) - share(a)) : classes;
  return folded(ordered, mostRows, 'more classes', (shown) =>
    dataTable({
      head: ['class', 'wrong'],
      rows: shown.map((each) => [each.name, each.samples === 0 ? 'no sample' : [bar(share(each) / largest), element('span', { class: 'share' }, percent(share(each))), element('small', {}, ` ${grouped(each.wrong)} of ${grouped(each.samples)}`)]]),
      text: [1],
      class: 'shares',
    }),
  );
}

const size = 360;

function confusionMatrix({ classes, confusion }: TestAnswers): Markup {
  const names = classes.map(({ name }) => shortened(name));
  // Letters of ten pixels are about six wide.
  const margin = 12 + 6 * Math.max(...names.map((name) => [...name].length));
  const cell = (size - margin) / classes.length;
  const start = (index: number): number => at(margin + index * cell);
  const numbered = classes.length <= mostNumbered;
  const nameOf = (index: number): string => classes[index]?.name ?? String(index);
  const cells = confusion.map(([truth, answer, samples]) => {
    const right = truth === answer;
    return element(
      'g',
      {},
      hint(`${nameOf(truth)} answered ${nameOf(answer)}: ${grouped(samples)}`),
      element('rect', { class: right ? 'right' : 'mistaken', x: start(answer), y: start(truth), width: at(cell), height: at(cell), 'fill-opacity': right ? undefined : opacityOf(samples / (classes[truth]?.samples || 1)) }),
      numbered ? element('text', { class: 'cell', x: at(start(answer) + cell / 2), y: at(start(truth) + cell / 2 + 3.5), 'text-anchor': 'middle' }, samples) : undefined,
    );
  });
  return element(
    'figure',
    {},
    element('figcaption', {}, 'True class by line, answer by column.'),
    drawing(
      { width: size, height: size, title: 'Samples by true class and answer', class: 'confusion', description: 'The table below has the most frequent mistakes' },
      element('rect', { class: 'plate', x: margin, y: margin, width: size - margin, height: size - margin }),
      cells,
      names.map((short, i) => {
        const middle = at(start(i) + cell / 2);
        if (cell < 7) return undefined;
        const name = nameOf(i);
        return [
          element('text', { class: 'tick', x: margin - 5, y: at(middle + 3.5), 'text-anchor': 'end' }, hint(name), short),
          element('text', { class: 'tick', 'text-anchor': 'start', transform: `translate(${at(middle + 3.5)} ${margin - 5}) rotate(-90)` }, hint(name), short),
        ];
      }),
    ),
  );
}

/** More would hide the number on it. */
function opacityOf(share: number): number {
  return Math.round(100 * (0.12 + 0.33 * Math.sqrt(Math.min(1, share)))) / 100;
}

function shortened(name: string): string {
  return [...name].length > 10 ? `${[...name].slice(0, 9).join('')}…` : name;
}

function confusedPairs({ classes, confusion }: TestAnswers): Child {
  const nameOf = (index: number): string => classes[index]?.name ?? String(index);
  const mistakes = confusion.filter(([truth, answer]) => truth !== answer).toSorted((a, b) => b[2] - a[2]);
  if (mistakes.length === 0) return element('p', {}, 'No class is taken for another.');
  const shown = mistakes.slice(0, mostPairs);
  const table = dataTable({ head: ['class', 'taken for', 'samples'], rows: shown.map(([truth, answer, samples]) => [nameOf(truth), nameOf(answer), grouped(samples)]), text: [1] });
  return element('details', { open: classes.length > mostDrawn || undefined }, element('summary', {}, 'The most frequent mistakes'), table);
}
