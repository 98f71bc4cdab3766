// How the run went: loss and error by epoch, the network beside its control.

import { taskOf } from '../../train/tasks/index.ts';
import { lostError } from '../../train/tasks/task.ts';
import type { ErrorWords } from '../../train/tasks/task.ts';
import { lineChart, markMarkup } from '../charts/line-chart.ts';
import type { Band, Line, LineChart } from '../charts/line-chart.ts';
import { epochsOf } from '../comparison.ts';
import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import type { EpochPoint, PhaseCourse, ReportData } from '../report-data.ts';
import { capital, lineNames, pathOf, pointsOf } from '../words.ts';
import { dataTable, section } from './parts.ts';

export function training(data: ReportData): Child {
  const { phases } = data;
  if (phases.every(({ course }) => course.length === 0)) return undefined;
  const heldOut = phases.some(({ course }) => course.some((point) => point.heldOut));
  const errorOf = ({ heldOut: held, error }: EpochPoint): number => (heldOut ? (held?.error ?? NaN) : error);
  const { words, classes } = taskOf(data);
  const which = `${heldOut ? 'held-out' : 'training'} ${words.name}`;
  const shared = { bands: bandsOf(data) };
  const loss: LineChart = { ...shared, title: 'Training loss by epoch', lines: linesOf(data, ({ loss: value }) => value ?? undefined), marks: [], format: lossText, logarithmic: true };
  const error: LineChart = { ...shared, title: `${capital(which)} by epoch`, lines: linesOf(data, errorOf), marks: testErrors(data), format: words.short, logarithmic: !classes };
  return section(
    'Training',
    legend(data),
    element('div', { class: 'pair' }, figure('Loss', `${words.lossName} of the training samples`, lineChart(loss)), figure(capital(which), heldOut ? words.about('') : `${words.about('the training samples')}; nothing is held out`, lineChart(error))),
    phaseTable(phases, words),
    epochTable(phases, words),
  );
}

function figure(title: string, about: string, chart: Markup): Markup {
  return element('figure', {}, element('figcaption', {}, element('b', {}, title), ` ${about}`), chart);
}

function linesOf(data: ReportData, valueOf: (point: EpochPoint) => number | undefined): readonly Line[] {
  const names = lineNames(data);
  const along = (phases: readonly PhaseCourse[]): Line['points'] => phases.flatMap((phase) => pointsOf(phase).map((point) => ({ x: phase.behind + point.epoch, y: finite(valueOf(point)) })));
  const ours = along(pathOf(data));
  const controls = data.phases.filter(({ compares }) => compares);
  return [
    { name: names.ours, class: 'ours', points: ours },
    ...controls.flatMap((phase): Line[] => {
      const points = along([phase]);
      // It goes on where the baseline ended.
      const start = ours.filter(({ x }) => x === phase.behind);
      return points.length > 0 ? [{ name: names.control, class: 'control', points: [...start, ...points] }] : [];
    }),
  ];
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && value < lostError ? value : undefined;
}

/** Phases on the way to the weights, and the control where it lasts longer. */
function bandsOf(data: ReportData): readonly Band[] {
  const bands = pathOf(data).filter(({ epochs }) => epochs > 0).map((phase) => ({ name: phase.name, from: phase.behind, to: epochsOf(phase) }));
  const end = bands.at(-1)?.to ?? 0;
  const longest = Math.max(...data.phases.map(epochsOf));
  return longest > end ? [...bands, { name: '', from: end, to: longest }] : bands;
}

function testErrors(data: ReportData): LineChart['marks'] {
  const { phases } = data;
  const { name: kind } = taskOf(data).words;
  return phases.flatMap((phase) => {
    const { name, compares, testError } = phase;
    return testError === undefined || phase.epochs === 0 ? [] : [{ name: `test ${kind} after ${name}`, class: compares ? 'control' : 'ours', x: epochsOf(phase), y: finite(testError) }];
  });
}

function legend(data: ReportData): Markup {
  const names = lineNames(data);
  const swatch = (...children: readonly Child[]): Markup => element('svg', { class: 'swatch', viewBox: '0 0 28 12', 'aria-hidden': 'true' }, children);
  const line = (name: string): Markup => element('path', { class: `line ${name}`, d: 'M1 6h26' });
  const controlled = data.phases.some(({ compares, course }) => compares && course.length > 0);
  const tested = data.phases.some(({ testError }) => testError !== undefined);
  const item = (picture: Markup, text: string): Markup => element('li', {}, picture, text);
  return element(
    'ul',
    { class: 'legend' },
    item(swatch(line('ours')), names.ours),
    controlled ? item(swatch(line('control')), names.control) : undefined,
    tested ? item(swatch(markMarkup('ours', 14, 6)), `test ${taskOf(data).words.name} at the end of a phase`) : undefined,
    tested && controlled ? item(swatch(markMarkup('control', 14, 6)), 'of the control') : undefined,
  );
}

function phaseTable(phases: readonly PhaseCourse[], { name, text }: ErrorWords): Markup {
  const share = (value: number | undefined): string => (value === undefined ? '–' : text(value));
  return dataTable({
    head: ['phase', 'epochs', 'epochs in all', `held-out ${name}`, `test ${name}`],
    rows: phases.map((phase) => [phase.name, epochsText(phase), epochsOf(phase), share(phase.heldOutError), share(phase.testError)]),
  });
}

function epochsText({ epochs, ending, course }: PhaseCourse): number | string {
  // Of a phase that has not come to its end, how far it is.
  if (!ending) return course.length < epochs ? `${course.length} of ${epochs}` : epochs;
  const { planned, ran, keptBest } = ending;
  return `${epochs} (${[...(keptBest ? [`the best of ${ran}`] : []), ...(ran < planned ? [`stopped before ${planned}`] : [])].join(', ')})`;
}

function epochTable(phases: readonly PhaseCourse[], { name: kind, text, loss: lossText }: ErrorWords): Markup {
  const rows = phases.flatMap(({ name, course }) =>
    course.map(({ epoch, loss, error, heldOut }) => [name, epoch, loss === null ? 'not finite' : lossText(loss, 4), text(error), heldOut ? text(heldOut.error) : '–']),
  );
  return element('details', {}, element('summary', {}, 'Every epoch as a table'), dataTable({ head: ['phase', 'epoch', 'loss', `training ${kind}`, `held-out ${kind}`], rows }));
}

/** Three digits. */
function lossText(value: number): string {
  return String(Number(value.toPrecision(3)));
}
