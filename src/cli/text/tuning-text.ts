// What measuring schedules has come to, and what is being measured.

import { processorHere, processorText } from '../../driver/module/processor.ts';
import type { Tuned } from '../../driver/tuning/tune.ts';
import type { TuneProgress } from '../../driver/tuning/tune-nests.ts';
import type { TuningRecord } from '../../driver/tuning/tuning-record.ts';
import { formatTable } from './text-table.ts';

export function tuneProgressText({ nest, number, nests, candidates, best }: TuneProgress): string {
  return `measuring ${nest} (${number} of ${nests}), ${candidates} schedules${best === undefined ? '' : `; so far ${best}`}`;
}

/** What `--tune` has found. @param isInterrupted Somebody wanted it to end. */
export function tunedText({ record, left, isInVain }: Tuned, isInterrupted: boolean): string {
  const { nests, whole } = record;
  const entries = Object.entries(nests);
  const faster = entries.filter(([, each]) => each.tuned < each.default).length;
  const code = record.runs === record.target ? '' : ` (${record.runs})`;
  const gain = whole ? `; a run takes ${whole.tuned} us, ${(whole.default / whole.tuned).toFixed(2)} times as fast as the default's ${whole.default}` : '';
  const rows = entries.map(([name, each]) => [name, String(each.default), each.tuned < each.default ? String(each.tuned) : '', each.schedule]);
  return [
    ...(isInterrupted ? [`stopped: ${nestsText(entries.length)} measured\n`] : []),
    ...(entries.length > 0 ? [`${faster} of ${nestsText(entries.length)} measured gain 2% or more over the default schedule${code}${gain}\n`] : []),
    ...(isInVain ? ['some were faster each alone, but not in the network: the default is kept\n'] : []),
    ...(left.length > 0 ? [`not measured, and left as they are: ${left.join(', ')}\n`] : []),
    ...(rows.length > 0 ? ['\n', formatTable({ head: ['nest', 'us default', 'us tuned', 'schedule'], rows, text: [0, 3] })] : []),
    '\n',
  ].join('');
}

/** Of a measuring that was stopped and has found less than was known before. @param file Which holds that. */
export function keptText({ nests }: TuningRecord, before: TuningRecord, file: string): string {
  return `stopped: ${nestsText(Object.keys(nests).length)} measured, fewer than ${file} has: that one stays\n${recordText(before, file)}`;
}

/** Of a record that a build is given. */
export function recordText(record: TuningRecord, file: string): string {
  const { nests, compiler } = record;
  const here = isFromHere(record) ? 'this machine' : `${whereText(record)}, which is not this machine`;
  return `schedules of ${nestsText(Object.keys(nests).length)} as ${file} has them, measured on ${here}; by ${compiler}\n\n`;
}

function nestsText(count: number): string {
  return count === 1 ? '1 nest' : `${count} nests`;
}

export function whereText({ processor, node }: Pick<TuningRecord, 'processor' | 'node'>): string {
  return `${processor}, Node ${node}`;
}

/** Whether it was measured on such a processor, under such a Node. */
export function isFromHere({ processor, node }: TuningRecord): boolean {
  return processor === processorText(processorHere()) && node === process.version;
}
