// Groups that are not zero, epoch by epoch, one small chart a penalty.

import { grouped } from '../../base/number-text.ts';
import { at, drawing, hint } from '../charts/svg.ts';
import { epochsOf } from '../comparison.ts';
import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import type { PenalisedGroups, ReportData } from '../report-data.ts';
import { pathOf, pointsOf } from '../words.ts';
import { folded, layerName, section } from './parts.ts';

const mostShown = 24;
const [width, height] = [160, 56];

export function groupCharts(data: ReportData): Child {
  const course = pathOf(data).flatMap((phase) => pointsOf(phase).map((point) => ({ x: phase.behind + point.epoch, alive: point.alive })));
  if (data.groups.length === 0 || course.length === 0) return undefined;
  const borders = pathOf(data).flatMap(({ behind, epochs }) => (behind > 0 && epochs > 0 ? [behind] : []));
  // Of a run that is still training there is room for what is to come, as in the charts of its training.
  const last = Math.max(...pathOf(data).map(epochsOf));
  const charts = charted(data.groups).map(({ groups, which }) => groupChart(groups, course.map(({ x, alive }) => ({ x, alive: which.reduce((sum, i) => sum + (alive[i] ?? 0), 0) })), { borders, last }));
  return section(
    'Groups alive',
    element('p', {}, 'How many groups of weights are not zero after each epoch, of all that a penalty reaches. Upright lines are where a phase begins.'),
    folded(charts, mostShown, 'more penalties', (shown) => element('div', { class: 'multiples' }, shown)),
  );
}

interface Charted {
  readonly groups: PenalisedGroups;
  /** Positions of what it counts. */
  readonly which: readonly number[];
}

/** Penalties of a single group, such as those of whole layers, share one chart a structure. */
function charted(all: readonly PenalisedGroups[]): readonly Charted[] {
  const positions = all.map((groups, i) => ({ groups, i }));
  const apart = positions.filter(({ groups }) => groups.total > 1).map(({ groups, i }): Charted => ({ groups, which: [i] }));
  const single = positions.filter(({ groups }) => groups.total === 1);
  const together = [...new Set(single.map(({ groups }) => groups.structure))].map((structure): Charted => {
    const members = single.filter(({ groups }) => groups.structure === structure);
    const [first, ...others] = members.map(({ groups }) => groups);
    const layer = others.length === 0 ? (first?.layer ?? '') : `${members.length} layers`;
    const alike = first?.strength !== undefined && others.every(({ strength }) => strength === first.strength);
    return { groups: { layer, structure, total: members.length, ...(alike && { strength: first.strength }) }, which: members.map(({ i }) => i) };
  });
  return [...apart, ...together];
}

interface AlivePoint {
  readonly x: number;
  readonly alive: number;
}

interface EpochAxis {
  /** Where phases begin. */
  readonly borders: readonly number[];
  /** The end of the axis. */
  readonly last: number;
}

function groupChart({ layer, structure, total, strength }: PenalisedGroups, points: readonly AlivePoint[], { borders, last }: EpochAxis): Markup {
  const x = (epoch: number): number => at((width * epoch) / last);
  const y = (alive: number): number => at(height - 1 - ((height - 4) * alive) / total);
  const steps = runsOf(points);
  const line = steps.map(({ from, to, alive }, i) => `${i === 0 ? 'M' : 'L'}${x(from)} ${y(alive)}H${x(to)}`).join('');
  const left = points.at(-1)?.alive ?? total;
  const title = `${structure} of ${layer}: ${left} of ${total} left`;
  const picture = drawing(
    { width, height, title, class: 'spark', description: steps.map(({ from, to, alive }) => `${alive} in epochs ${from + 1} to ${to}`).slice(0, 12).join(', ') },
    element('path', { class: 'area', d: `${line}V${height - 1}H0Z` }),
    borders.map((epoch) => element('line', { class: 'border', x1: x(epoch), x2: x(epoch), y1: 0, y2: height })),
    element('path', { class: 'line ours', d: line }),
    element('line', { class: 'base', x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }),
    steps.map(({ from, to, alive }) => element('rect', { class: 'strip', x: x(from), y: 0, width: at(x(to) - x(from)), height }, hint(`${span(from + 1, to)}: ${grouped(alive)} of ${grouped(total)}`))),
  );
  return element(
    'figure',
    {},
    element('figcaption', {}, element('b', {}, layerName(layer)), ` ${structure}`, element('span', { class: 'left' }, `${grouped(left)} of ${grouped(total)}`), strength === undefined ? undefined : element('small', {}, `strength ${Number(strength.toPrecision(6))}`)),
    picture,
  );
}

interface AliveRun {
  /** After so many epochs, to the end of that one. */
  readonly from: number;
  readonly to: number;
  readonly alive: number;
}

/** Epochs of one number together. */
function runsOf(points: readonly AlivePoint[]): readonly AliveRun[] {
  const runs: AliveRun[] = [];
  for (const { x, alive } of points) {
    const before = runs.at(-1);
    if (before?.alive === alive) runs[runs.length - 1] = { ...before, to: x };
    else runs.push({ from: before?.to ?? 0, to: x, alive });
  }
  return runs;
}

function span(from: number, to: number): string {
  return from === to ? `epoch ${from}` : `epochs ${from} to ${to}`;
}
