// What came of a sweep: a table of its runs, and the one that keeps to a budget.

import { duration, grouped } from '../../base/number-text.ts';
import type { Budgets, Choice } from '../../driver/sweep/choose.ts';
import { combinationText } from '../../driver/sweep/combinations.ts';
import type { Mean, SeedMeans } from '../../driver/sweep/means.ts';
import type { SweepOutcome, SweepRun } from '../../driver/sweep/results.ts';
import { taskOf } from '../../train/tasks/index.ts';
import type { ErrorWords } from '../../train/tasks/task.ts';
import { formatTable } from './text-table.ts';
import { heldOutText } from './train-progress.ts';

export function sweepText({ runs, means, picture }: SweepOutcome, out: string): string {
  const names = Object.keys(runs[0]?.values ?? {});
  const { words } = taskOf(runs.find(({ result }) => result)?.result);
  const head = [...names, `held-out ${words.name}`, `test ${words.name}`, 'MACs', 'weights', 'time', 'front', 'run'];
  const table = formatTable({ head, rows: runs.map((run) => [...names.map((name) => String(run.values[name])), ...cells(run, words)]), text: [head.length - 2, head.length - 1] });
  const faults = runs.flatMap(({ values, state, faults: found = [] }) => (state === 'finished' ? [] : [`${combinationText(values)}: ${state}: ${found.map(({ message, help }) => `${message}${help === undefined ? '' : ` (${help})`}`).join('; ')}\n`]));
  return [
    table,
    `\n* no other run has fewer MACs and no larger held-out ${words.name}; by the test ${words.name} nothing is chosen\n`,
    ...faults,
    ...(means.length > 0 ? [`\n${meansTable(means, words)}`] : []),
    `\nthe runs are in ${out}/runs${picture === undefined ? '' : `, a picture of them is ${picture}`}\n`,
  ].join('');
}

/** With the deviation of a run. */
function meansTable(means: readonly SeedMeans[], { name: error, text }: ErrorWords): string {
  const names = Object.keys(means[0]?.values ?? {});
  const share = (mean: Mean | undefined): string => (mean ? `${text(mean.mean)}${mean.deviation === undefined ? '' : ` +- ${text(mean.deviation)}`}` : '');
  const count = ({ mean }: Mean): string => grouped(Math.round(mean));
  const rows = means.map(({ values, runs, heldOut, error: test, macs, weights }) => [...names.map((name) => String(values[name])), String(runs), share(heldOut), share(test), count(macs), count(weights)]);
  return formatTable({ head: [...names, 'seeds', `held-out ${error}`, `test ${error}`, 'MACs', 'weights'], rows, text: [] });
}

function cells({ state, result, pareto, hash }: SweepRun, { text }: ErrorWords): readonly string[] {
  if (!result) return ['', '', '', '', '', state, hash];
  const { heldOut, error, macs, weights, seconds, useless } = result;
  return [heldOut === undefined ? '' : text(heldOut), text(error), grouped(macs), grouped(weights), duration(seconds), pareto ? '*' : useless ? 'answers nothing' : '', hash];
}

export function choiceText(choice: Choice | undefined, { macs, ms }: Budgets): string {
  const asked = [...(macs === undefined ? [] : [`${grouped(macs)} MACs`]), ...(ms === undefined ? [] : [`${ms} ms a run`])].join(' and ');
  if (!choice) return `\nno run has come to an end with a network that answers: none can be chosen\n`;
  const { met, run, ms: taken } = choice;
  const { heldOut, macs: spent } = run.result;
  const what = `${run.run} (${combinationText(run.values)}): ${heldOutText(run.result, heldOut)}, ${grouped(spent)} MACs${taken === undefined ? '' : `, ${taken.toPrecision(3)} ms a run here`}`;
  if (!met) return `\nno run keeps to ${asked}; the nearest is ${what}\n`;
  return `\nwithin ${asked} the smallest held-out ${taskOf(run.result).words.name} has ${what}\nbuild it with: ssl-compile build ${run.run} --out DIR\n`;
}
