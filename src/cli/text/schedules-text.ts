// The schedules of a network, and where they come from.

import { optionsText } from '../../driver/tuning/pinned.ts';
import { grouped } from '../../base/number-text.ts';
import type { NestSummary, ScheduleSummary, WinogradSummary } from '../../driver/tuning/schedule-summary.ts';
import { formatTable } from './text-table.ts';
import { whereText } from './tuning-text.ts';

export function schedulesText({ target, measured, nests, winograd }: ScheduleSummary): string {
  const origin = measured ? `${optionsText(measured)}, measured on ${whereText(measured)}, or chosen by a model of a core` : 'chosen by a model of a core; `ssl-compile build ... --tune` measures them';
  const figures = ({ measured: times }: NestSummary): readonly string[] => (times ? [String(times.default), String(times.tuned), 'measured'] : ['', '', 'model']);
  const rows = nests.map((nest) => [nest.name, nest.schedule, ...(measured ? figures(nest) : [])]);
  const table = formatTable({ head: ['nest', 'schedule', ...(measured ? ['us default', 'us', 'chosen by'] : [])], rows, text: [0, 1, 4] });
  return `Schedules for ${target}, ${origin}:\n\n${table}${zerosText(nests)}${winogradText(winograd)}`;
}

function zerosText(nests: readonly NestSummary[]): string {
  const rows = nests.flatMap(({ name, dense }) => (dense ? [[name, dense.schedule, `${dense.times.toFixed(1)}x`]] : []));
  if (rows.length === 0) return '';
  return `\nNests that leave out weights of zero, and what would multiply by them, by the model of a core:\n\n${formatTable({ head: ['nest', 'dense schedule', 'time'], rows, text: [0, 1] })}`;
}

function winogradText(layers: readonly WinogradSummary[]): string {
  if (layers.length === 0) return '';
  const rows = layers.map(({ layer, timesAsFast, error, bytes }) => [layer, `${timesAsFast.toFixed(1)}x`, roundedUp(error), grouped(bytes)]);
  return `\nLayers that \`build --winograd ERROR\` computes from fewer products, if ERROR is at least their bound:\n\n${formatTable({ head: ['layer', 'as fast', 'bound', 'bytes more'], rows, text: [0] })}`;
}

/** To two digits, so that who types it in allows it. */
function roundedUp(error: number): string {
  const unit = 10 ** (Math.floor(Math.log10(error)) - 1);
  return (Math.ceil(error / unit) * unit).toExponential(1);
}
