// What came of a granularity ladder: errors, storage and memory references at each grain, and which grain wins where.

import { grouped, percent } from '../../base/number-text.ts';
import { titleOf } from '../../driver/ladder/ladder.ts';
import type { LadderOutcome } from '../../driver/ladder/ladder.ts';
import type { GrainMeans, LeastKept, Winner } from '../../driver/ladder/standings.ts';
import type { Mean } from '../../driver/sweep/means.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { ErrorWords } from '../../train/tasks/task.ts';
import { formatTable } from './text-table.ts';

export function ladderText(outcome: LadderOutcome, out: string): string {
  const { layers, rounds, means, winners, least, control, picture } = outcome;
  const { words } = taskOf(outcome);
  return [
    `Convolutions (${layers.join(', ')}) pruned by magnitude in ${rounds} round${rounds === 1 ? '' : 's'}; dense layers are left alone, and count nowhere below.\n\n`,
    errorTable(outcome),
    ...faultLines(outcome),
    ...(means.length > 0 ? [`\nStorage without grains of zeros, 8 bits a weight and 4 bits a grain for its place:\n\n${storageTable(means)}`, `\nMemory references of one sample, by a model of the SCNN dataflow (docs/method.md):\n\n${referencesTable(outcome)}`] : []),
    ...(winners.length > 0 ? [`\n${winners.map((winner) => winnerLine(winner, words)).join('')}`] : []),
    ...(least ? [`\n${leastLines(least, control ? 'the dense network trained as long' : 'the dense baseline', words)}`] : []),
    `\nthe runs are in ${out}/runs${picture === undefined ? '' : `, a picture of them is ${picture}`}\n`,
  ].join('');
}

function errorTable({ means, baseline, control, ...outcome }: LadderOutcome): string {
  const { words } = taskOf(outcome);
  const meanText = (mean: Mean | undefined): string => (mean ? `${words.text(mean.mean)}${mean.deviation === undefined ? '' : ` +- ${words.text(mean.deviation)}`}` : '');
  const rows = means.map(({ grain, keep, seeds, density, heldOut, test }, i) => [firstOf(means, i, titleOf(grain)), `${keep}%`, String(seeds.length), percent(density.mean), meanText(heldOut), meanText(test)]);
  const dense = [{ name: 'dense baseline', of: baseline }, { name: 'dense, trained as long', of: control }].flatMap(({ name, of }) => (of ? [[name, '', '', percent(1), meanText(of.heldOut), meanText(of.test)]] : []));
  return formatTable({ head: ['grain', 'keep', 'seeds', 'weights left', `held-out ${words.name}`, `test ${words.name}`], rows: [...dense, ...rows], text: [0] });
}

function storageTable(means: readonly GrainMeans[]): string {
  const count = ({ mean }: Mean): string => grouped(Math.round(mean));
  const rows = means.map(({ grain, keep, weightBits, indexBits, paddingZeros, bits, storage }, i) => [firstOf(means, i, titleOf(grain)), `${keep}%`, count(weightBits), count(indexBits), count(paddingZeros), count(bits), percent(storage.mean)]);
  return formatTable({ head: ['grain', 'keep', 'bits of weights', 'of indices', 'padding zeros', 'bits', 'of dense'], rows, text: [0] });
}

/** A row a share, a column a grain, and how many times fewer the coarsest makes than the finest. */
function referencesTable({ means, grains, keep }: LadderOutcome): string {
  const largestFirst = keep.toSorted((a, b) => b - a);
  const of = (grain: string, share: number): number | undefined => means.find((each) => each.grain === grain && each.keep === share)?.references.mean;
  const [finest, coarsest] = [grains.at(0), grains.at(-1)];
  const rows = largestFirst.map((share) => {
    const [fine, coarse] = [finest, coarsest].map((grain) => (grain === undefined ? undefined : of(grain, share)));
    return [`${share}%`, ...grains.map((grain) => { const found = of(grain, share); return found === undefined ? '' : percent(found); }), fine === undefined || coarse === undefined ? '' : `${(fine / coarse).toFixed(2)}x`];
  });
  return formatTable({ head: ['keep', ...grains.map((grain) => `${titleOf(grain)}, of dense`), 'first by last'], rows, text: [] });
}

/** Names stand at the first row that has them. */
function firstOf(means: readonly GrainMeans[], index: number, name: string): string {
  return means[index - 1]?.grain === means[index]?.grain ? '' : name;
}

function winnerLine({ keep, grain, next }: Winner, { name, text }: ErrorWords): string {
  const start = `at ${keep}% ${titleOf(grain)} have the smallest held-out ${name}`;
  if (!next) return `${start}\n`;
  const { grain: second, difference, seeds, clear } = next;
  const by = `by ${text(difference.mean)} less than ${titleOf(second)}`;
  if (seeds === 1) return `${start}, ${by}, of one seed\n`;
  return `${start}, ${by}${clear ? '' : ', within chance'} (${seeds} seeds)\n`;
}

function leastLines(least: readonly LeastKept[], dense: string, { name }: ErrorWords): string {
  const reached = least.flatMap(({ grain, at }) => (at ? [{ grain, at }] : []));
  const rows = least.map(({ grain, at }) => [titleOf(grain), ...(at ? [`${at.keep}%`, percent(at.density.mean), percent(at.storage.mean), percent(at.references.mean)] : ['none', '', '', ''])]);
  const table = formatTable({ head: ['grain', 'least kept', 'weights left', 'bits, of dense', 'references, of dense'], rows, text: [0] });
  const by = (of: (means: GrainMeans) => number): string => titleOf(reached.reduce((a, b) => (of(b.at) < of(a.at) ? b : a)).grain);
  const verdict = reached.length > 1 ? `\nthere the fewest weights have ${by(({ density }) => density.mean)}, the fewest bits ${by(({ storage }) => storage.mean)}, the fewest references ${by(({ references }) => references.mean)}\n` : '';
  return `The least that each grain keeps at no larger a held-out ${name} than ${dense}:\n\n${table}${verdict}`;
}

function faultLines({ runs }: LadderOutcome): readonly string[] {
  const lines = runs.flatMap(({ grain, keep, seed, state, faults = [], result }) => {
    const name = `${titleOf(grain)}, ${keep}%, seed ${seed}`;
    if (result?.useless) return [`${name}: answers nothing, and is left out of the means\n`];
    return state === 'finished' ? [] : [`${name}: ${state}: ${faults.map(({ message, help }) => `${message}${help === undefined ? '' : ` (${help})`}`).join('; ')}\n`];
  });
  return lines.length > 0 ? ['\n', ...lines] : [];
}
