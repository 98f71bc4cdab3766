// Phrases that several sections of the page share.

import { grouped } from '../base/number-text.ts';
import { formatShape } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import type { EpochPoint, PhaseCourse, ReportData } from './report-data.ts';

/** `19.6×`; absent where nothing worth a word is gained, or nothing is left. */
export function times(dense: number, compacted: number): string | undefined {
  return compacted > 0 && dense >= 1.05 * compacted ? `${(dense / compacted).toFixed(1)}×` : undefined;
}

/** `20×24×24` */
export function shapeText(shape: Shape): string {
  return formatShape(shape).slice(1, -1).replaceAll(', ', '×');
}

/** `0.034 µs`, `5.3 µs`, `12.4 ms` */
export function timeText(microseconds: number): string {
  if (microseconds < 1) return `${Number(microseconds.toPrecision(2))} µs`;
  return microseconds < 10_000 ? `${microseconds.toFixed(1)} µs` : `${(microseconds / 1000).toFixed(1)} ms`;
}

/** `1 sample`, `2 samples` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** What the network is called in the lines of charts. */
export function lineNames({ groups }: ReportData): { readonly ours: string; readonly control: string } {
  return { ours: groups.length > 0 ? 'sparsified' : 'trained', control: 'dense control' };
}

/** Phases on the way to the weights of the run. */
export function pathOf({ phases }: ReportData): readonly PhaseCourse[] {
  return phases.filter(({ compares }) => !compares);
}

/** The epochs of a phase on the way to its weights. */
export function pointsOf({ course, epochs }: PhaseCourse): readonly EpochPoint[] {
  return course.filter(({ epoch }) => epoch <= epochs);
}

export function phaseNamed({ phases }: ReportData, name: string | undefined): PhaseCourse | undefined {
  return phases.find((phase) => phase.name === name);
}

export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
