// The source that an imported model is pruned by: its network, and a block each for what it may lose and how it is trained.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { isKnownDataset } from '../../data/known-datasets.ts';
import { parse } from '../../syntax/parse.ts';
import type { TaskName } from '../../ir/network.ts';
import { failOther } from '../import/import-model.ts';
import { formatSource } from '../model/source.ts';
import { pruneDiagnostics } from './diagnostics.ts';

export interface PruningRequest {
  /** What is to be left, as a `sparsity` block writes it: `50% of macs`, `120 KB`. */
  readonly keep: string;
  /** Why so much, as a comment behind it. */
  readonly because?: string;
  /** The name of a known data set, or a folder. */
  readonly data: string;
  /** In which groups go, and as many again in which what is left is trained. */
  readonly epochs: number;
  readonly rate: number;
  readonly batch: number;
  readonly seed: number;
  /** What the network learns to answer; absent: classes. */
  readonly task?: TaskName | undefined;
}

/**
 * The coupled filters of the whole network are pruned by ADMM within a budget that layers share, then what is left is
 * trained, and beside it the dense network for as long.
 * @param source Of the network alone.
 * @throws DiagnosticError `prune/keep`, `prune/path`
 */
export function pruningSource(source: string, { keep, because, data, epochs, rate, batch, seed, task }: PruningRequest): string {
  checkKeep(keep);
  const sgd = `optimizer = sgd(rate = cosine(${rate}), momentum = 0.9)`;
  const lines = [
    source.trimEnd(),
    '',
    'sparsity {',
    '  admm coupled_filters of **',
    `  keep ${keep}${because === undefined ? '' : ` // ${because}`}`,
    '}',
    '',
    `train on ${datasetText(data)} {`,
    `  seed = ${seed}`,
    ...(task === undefined ? [] : [`  task = ${task}`]),
    `  sparsify { epochs = ${epochs}, batch = ${batch}, optimizer = sgd(rate = ${rate}, momentum = 0.9) }`,
    `  finetune { epochs = ${epochs}, batch = ${batch}, ${sgd} }`,
    `  control { batch = ${batch}, ${sgd} }`,
    '}',
    '',
  ];
  return formatSource({ name: 'net.ssl', text: lines.join('\n') });
}

/** What a budget of time comes to, as a source says it. @param percent Of the MACs; the search has found it. */
export function timedKeep(milliseconds: number, percent: number): Pick<PruningRequest, 'keep' | 'because'> {
  return { keep: `${percent}% of macs`, because: `${milliseconds} ms a run, on the machine where it was pruned` };
}

/** The share that a search has found for the source that lies there; undefined where there is none. @throws DiagnosticError `file/not-writable` */
export function foundPercent(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const found = /^ *keep (\d+)% of macs \/\/ /m.exec(readFileSync(file, 'utf8'))?.[1];
  return found === undefined ? failOther(file) : Number(found);
}

/** It is one statement, and no more than that. */
function checkKeep(keep: string): void {
  const { file, diagnostics } = parse({ name: '--keep', text: `sparsity {\n  keep ${keep}\n}` });
  const [block, ...others] = file.declarations;
  const statements = block?.kind === 'sparsity' ? block.statements : [];
  const isBudget = diagnostics.length === 0 && others.length === 0 && statements.length === 1 && statements[0]?.kind === 'total';
  if (!isBudget) fail(pruneDiagnostics.keep({ args: [keep], help: "for example --keep '50% of macs', '30% of weights' or '120 KB'" }));
}

function datasetText(data: string): string {
  if (isKnownDataset(data)) return data;
  const path = resolve(data).replaceAll('\\', '/');
  if (/["\n\r]/.test(path)) fail(pruneDiagnostics.path({ args: [data], help: 'rename it, or reach it by a link' }));
  return `"${path}"`;
}
