// How well a network answers, in words and tables.

import { grouped, percent } from '../../base/number-text.ts';
import type { ClassEvaluation } from '../../driver/evaluation/classes.ts';
import type { EvaluationReport } from '../../driver/evaluation/evaluate.ts';
import type { NumberEvaluation } from '../../driver/evaluation/squares.ts';
import { tasks } from '../../train/tasks/index.ts';
import { formatTable } from './text-table.ts';

/** Classes beyond these make a matrix that nobody can read. */
const mostColumns = 20;

export function evaluationText(place: string, report: EvaluationReport): string {
  const { network, target, dataset, samples } = report;
  const head = `${network} (${place}, ${target}) on the ${grouped(samples)} test samples of ${dataset}\n`;
  return 'classes' in report ? classesText(head, report) : numbersText(head, report);
}

function numbersText(head: string, { error, root, chance, unanswered, outputs }: NumberEvaluation): string {
  const { text, guess } = tasks.regress.words;
  const lines = [head, `mean squared error ${text(error)}, its root ${text(root)}; ${guess}: ${text(chance)}\n`, ...(unanswered > 0 ? [`${grouped(unanswered)} of them have no answer: a number is not finite\n`] : [])];
  const table = outputs && formatTable({ head: ['output', 'MSE', 'its root'], rows: outputs.map((each, i) => [each.name === String(i) ? each.name : `${i} ${each.name}`, text(each.error), text(Math.sqrt(each.error))]), text: [0] });
  return [lines.join(''), ...(table === undefined ? [] : [table])].join('\n');
}

function classesText(head: string, { wrong, error, chance, unanswered, classes, confusion }: ClassEvaluation): string {
  return [
    [
      head,
      `error ${percent(error)}, ${grouped(wrong)} wrong; always answering the most frequent class: ${percent(chance)}\n`,
      ...(unanswered > 0 ? [`${grouped(unanswered)} of them have no answer: a score is not a number\n`] : []),
    ].join(''),
    formatTable({
      head: ['class', 'samples', 'wrong', 'error', 'most often taken for'],
      rows: classes.map(({ name, samples: count, wrong: mistakes, error: share, takenFor }, c) => [
        name === String(c) ? name : `${c} ${name}`,
        grouped(count),
        grouped(mistakes),
        share === undefined ? '' : percent(share),
        takenFor ? `${takenFor.name} (${grouped(takenFor.samples)})` : '',
      ]),
      text: [0, 4],
    }),
    matrixText(confusion),
  ].join('\n');
}

/** Columns have numbers: names would make them as wide as the longest. */
function matrixText(confusion: readonly (readonly number[])[]): string {
  if (confusion.length > mostColumns) return `samples by true class and answer, ${confusion.length} x ${confusion.length} numbers: --json has them as \`confusion\`\n`;
  const head = ['class', ...confusion.map((_, c) => String(c))];
  const rows = confusion.map((row, c) => [String(c), ...row.map(grouped)]);
  return `samples by true class (lines) and answer (columns)\n\n${formatTable({ head, rows, text: [] })}`;
}
