// The schedules of a network, and where they come from.

import { optionsText } from '../../driver/tuning/pinned.ts';
import type { NestSummary, ScheduleSummary } from '../../driver/tuning/schedule-summary.ts';
import { formatTable } from './text-table.ts';
import { whereText } from './tuning-text.ts';

export function schedulesText({ target, measured, nests }: ScheduleSummary): string {
  const origin = measured ? `${optionsText(measured)}, measured on ${whereText(measured)}, or chosen by a model of a core` : 'chosen by a model of a core; `ssl-compile build ... --tune` measures them';
  const figures = ({ measured: times }: NestSummary): readonly string[] => (times ? [String(times.default), String(times.tuned), 'measured'] : ['', '', 'model']);
  const rows = nests.map((nest) => [nest.name, nest.schedule, ...(measured ? figures(nest) : [])]);
  const table = formatTable({ head: ['nest', 'schedule', ...(measured ? ['us default', 'us', 'chosen by'] : [])], rows, text: [0, 1, 4] });
  return `Schedules for ${target}, ${origin}:\n\n${table}`;
}
