// Suite `torch`: a training step of ConvNet by an exported program against a loop as people write it with PyTorch, both in one
// process of Debian's Python, on one thread. Wants CIFAR-10 where SSL_DATA says.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { exportTorch, writeProgram } from '../../src/driver/export/export-torch.ts';
import { checkFile } from '../../src/driver/model/source.ts';
import { ops } from '../../src/ops/index.ts';
import { median, quartiles } from '../measure.ts';
import { inTemporaryFolder } from '../process.ts';
import { formatMs, formatRatio } from '../report.ts';
import type { Result, Row, Table } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';

const [OURS, BY_HAND] = ['exported', 'by-hand'] as const;
const CASE = 'convnet/batch100';
const ROUNDS = 20;

interface Told {
  readonly exported: readonly number[];
  readonly 'by-hand': readonly number[];
  readonly torch: string;
}

function run(context: SuiteContext): Promise<Measured> {
  return inTemporaryFolder(async (folder) => {
    const { model } = checkFile(join(import.meta.dirname, '../../examples/convnet.ssl'), ops);
    writeProgram(folder, exportTorch(model, undefined, ops));
    const args = [join(import.meta.dirname, '../torch/step.py'), folder, String(ROUNDS)];
    const { stdout, stderr, status } = spawnSync('/usr/bin/python3', args, { encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' } });
    if (status !== 0) throw new Error(stderr);
    const told = JSON.parse(stdout) as Told;
    context.progress(`${CASE}: torch ${told.torch}, exported ${formatMs(median(told.exported))}, by hand ${formatMs(median(told[BY_HAND]))}`);
    const times = quartiles(told[BY_HAND].map((ms, round) => ms / (told.exported[round] ?? NaN)));
    return { rows: [{ case: CASE, candidate: OURS, threads: 1, ms: median(told.exported) }, { case: CASE, candidate: BY_HAND, threads: 1, ms: median(told[BY_HAND]), times }] satisfies Row[] };
  });
}

function tables({ machine: { core }, rows }: Result): readonly Table[] {
  const body = rows.map(({ case: name, candidate, ms, times }) => [name, candidate, formatMs(ms), times ? formatRatio(times[1]) : '']);
  return [{ title: `a training step by PyTorch, on ${core}`, head: ['case', 'candidate', 'ms', 'times exported'], body }];
}

export const torchSuite: Suite = {
  name: 'torch',
  doc: 'a training step of an exported program beside a hand-written loop, in PyTorch',
  candidates: [OURS, BY_HAND],
  cases: [CASE],
  packages: () => [],
  run,
  tables,
};
