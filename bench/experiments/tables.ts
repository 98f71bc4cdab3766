// The result of an experiment as Markdown.

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
    'Errors are of the test set: the mean over seeds, its standard error, and the deviation of one run. MACs are of one sample; weights do not count biases.',
    ...Object.keys(pictures).map((name) => `![${doc}](${name})`),
    tableOf(['', 'error', 'seeds', 'MACs of convolutions', 'MACs', 'weights'], [...published.map((row) => cells(row, 'published: ')), ...ours.map((row) => cells(row, ''))]),
    ...layerTable([...published.map((row) => ({ ...row, label: `published: ${row.label}` })), ...ours]),
    ...candidateTable(candidates),
    findings.join('\n'),
    notes([...published, ...ours]),
  ].filter((part) => part !== '').join('\n\n') + '\n';
}

function cells({ label, error, seeds, convMacs, macs, weights }: Row, prefix: string): readonly string[] {
  return [`${prefix}${label}`, error ? errorText(error, seeds) : '', seeds > 0 ? String(seeds) : '', ...[convMacs, macs, weights].map(countText)];
}

/** `0.90% +- 0.02 (0.05)` */
export function errorText({ mean, sd }: Mean, seeds: number): string {
  const points = (share: number): string => (100 * share).toFixed(2);
  return `${points(mean)}%${sd === undefined ? '' : ` ± ${points(sd / Math.sqrt(seeds))} (${points(sd)})`}`;
}

function countText(count: number | undefined): string {
  return count === undefined ? '' : Math.round(count).toLocaleString('en');
}

function layerTable(rows: readonly Row[]): readonly string[] {
  const body = rows.flatMap(({ label, layers }) =>
    layers
      .filter(({ kept, speedup }) => speedup !== undefined || Object.keys(kept).length > 0)
      .map(({ name, kept, macs, ms, speedup }) => [label, name, keptText(kept), countText(macs), ms === undefined ? '' : ms.toPrecision(3), speedup === undefined ? '' : `${speedup.toFixed(2)}x`]),
  );
  if (body.length === 0) return [];
  return ['What is left of each layer, and how many times as long the dense layer takes: each alone, one thread, of the run of the first seed.', tableOf(['', 'layer', 'left', 'MACs', 'ms', 'dense takes'], body)];
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
