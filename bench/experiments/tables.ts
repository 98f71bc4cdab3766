// The result of an experiment as Markdown.

import { grouped } from '../../src/base/number-text.ts';
import type { CandidateRow, Mean, Outcome, Row } from './experiment.ts';

export interface Provenance {
  readonly experiment: string;
  readonly doc: string;
  readonly command: string;
  readonly commit: string;
  readonly core: string;
}

export function markdownOf({ experiment, doc, command, commit, core }: Provenance, { published, ours, candidates, findings = [], pictures = {} }: Outcome): string {
  return [
    `# ${experiment}`,
    `${doc.slice(0, 1).toUpperCase()}${doc.slice(1)}. \`${command}\`, commit ${commit}, ${core}.`,
    ...Object.keys(pictures).map((name) => `![${doc}](${name})`),
    ...rowTable(published, ours),
    ...layerTable(published, ours),
    ...candidateTable(candidates),
    findings.join('\n'),
    notes([...published, ...ours]),
  ].filter((part) => part !== '').join('\n\n') + '\n';
}

/** A sentence, and the table of errors and sizes; empty where no row has any. */
export function rowTable(published: readonly Row[], ours: readonly Row[]): readonly string[] {
  const body = [...published.map((row) => ({ row, prefix: 'published: ' })), ...ours.map((row) => ({ row, prefix: '' }))].filter(({ row: { error, convMacs, macs, weights } }) => [error, convMacs, macs, weights].some((value) => value !== undefined));
  if (body.length === 0) return [];
  const isMean = ours.some(({ seeds }) => seeds > 0);
  return [...(isMean ? ['Errors are of the test set: the mean over seeds, its standard error, and the deviation of one run. MACs are of one sample; weights do not count biases.'] : []), tableOf(['', 'error', 'seeds', 'MACs of convolutions', 'MACs', 'weights'], body.map(({ row, prefix }) => cells(row, prefix)))];
}

function cells({ label, error, seeds, convMacs, macs, weights }: Row, prefix: string): readonly string[] {
  return [`${prefix}${label}`, error ? errorText(error, seeds) : '', seeds > 0 ? String(seeds) : '', ...[convMacs, macs, weights].map(countText)];
}

/** `0.90% ± 0.02 (0.05)` */
export function errorText({ mean, sd }: Mean, seeds: number): string {
  const points = (share: number): string => (100 * share).toFixed(2);
  return `${points(mean)}%${sd === undefined ? '' : ` ± ${points(sd / Math.sqrt(seeds))} (${points(sd)})`}`;
}

function countText(count: number | undefined): string {
  return count === undefined ? '' : grouped(Math.round(count));
}

/** A published row of the same label stands beside ours, others stand alone. */
function layerTable(published: readonly Row[], ours: readonly Row[]): readonly string[] {
  const alone = published.filter(({ label }) => !ours.some((row) => row.label === label));
  const publishedOf = (label: string, layer: string): number | undefined => published.find((row) => row.label === label)?.layers.find(({ name }) => name === layer)?.speedup;
  const body = [
    ...alone.flatMap(({ label, layers }) => layers.map(({ name, kept, speedup }) => [`published: ${label}`, name, keptText(kept), '', '', '', timesText(speedup)])),
    ...ours.flatMap(({ label, layers }) => layers.map(({ name, kept, macs, ms, speedup }) => [label, name, keptText(kept), countText(macs), ms === undefined ? '' : ms.toPrecision(3), timesText(speedup), timesText(publishedOf(label, name))])),
  ];
  if (body.length === 0) return [];
  const ofRuns = ours.some(({ seeds }) => seeds > 0);
  return [`Each layer alone, one thread${ofRuns ? ', as the run of the first seed has left it' : ''}: how many times as long the dense layer takes.`, tableOf(['', 'layer', 'left', 'MACs', 'ms', 'dense takes', 'published'], body)];
}

function timesText(speedup: number | undefined): string {
  return speedup === undefined ? '' : `${speedup.toFixed(2)}x`;
}

/** `filters 3.2 of 20, fibers 25 of 25` */
function keptText(kept: Readonly<Record<string, readonly [number, number]>>): string {
  return Object.entries(kept).map(([field, [left, of]]) => `${field} ${Number(left.toFixed(1))} of ${of}`).join(', ');
}

function candidateTable(candidates: readonly CandidateRow[]): readonly string[] {
  if (candidates.length === 0) return [];
  const body = candidates.map(({ entry, setting, heldOut, size, fits, chosen }) => [entry, setting, `${(100 * heldOut.mean).toFixed(2)}%`, countText(size), fits ? 'yes' : 'no', chosen ? 'chosen' : '']);
  return ['Candidates were compared by held-out error, over the first two seeds; the test errors of those that were not chosen are in no table.', tableOf(['row', 'candidate', 'held-out error', 'size', 'within the limit', ''], body)];
}

function notes(rows: readonly Row[]): string {
  return rows.flatMap(({ label, note }) => (note ? [`- ${label}: ${note}`] : [])).join('\n');
}

function tableOf(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
