// The dense network against the compacted one, as the first sentence and the first table of the page have it.

import { grouped } from '../base/number-text.ts';
import { taskOf } from '../train/tasks/index.ts';
import type { ErrorWords } from '../train/tasks/task.ts';
import type { PhaseCourse, ReportData } from './report-data.ts';
import { pathOf, phaseNamed, times, timeText } from './words.ts';

export interface ComparedErrors {
  /** Of the compacted module, and the epochs behind it. */
  readonly ours: number;
  readonly epochs: number;
  /** Of the control, or else of the phase before the penalties; absent: there is none. */
  readonly dense?: { readonly error: number; readonly phase: string; readonly epochs: number };
}

/** Undefined: the run has no errors yet. */
export function comparedErrors(data: ReportData): ComparedErrors | undefined {
  const { result, evaluation } = data;
  const product = phaseNamed(data, result?.product);
  const ours = evaluation?.error ?? product?.testError;
  if (!result || !product || ours === undefined) return undefined;
  const [first] = pathOf(data).filter(({ epochs }) => epochs > 0);
  const other = phaseNamed(data, result.control) ?? (first !== product ? first : undefined);
  return { ours, epochs: epochsOf(product), ...(other?.testError !== undefined && { dense: { error: other.testError, phase: other.name, epochs: epochsOf(other) } }) };
}

export function epochsOf({ behind, epochs }: PhaseCourse): number {
  return behind + epochs;
}

/** Whether ratios of dense to compacted say anything: the network answers, and weights are gone. Times of equal networks differ by noise. */
export function savesSomething({ answers, result }: ReportData): boolean {
  return answers && result !== undefined && result.weights.compacted < result.weights.dense;
}

/** The one sentence that says what came of the run. */
export function verdict(data: ReportData): string {
  const { network, unfinished, result, answers, timing } = data;
  if (unfinished) {
    const { step, totalSteps, phase } = unfinished;
    return `The run has not come to its end: step ${grouped(step)}${totalSteps === undefined ? '' : ` of ${grouped(totalSteps)}`}, in ${phase}.`;
  }
  const errors = comparedErrors(data);
  if (!result || !errors) return `${network} has been trained.`;
  const { words } = taskOf(data);
  const answered = words.answers(words.text(errors.ours));
  if (!answers) return `${network} ${answered}: what it saves is no achievement.`;
  const gains = [
    gain(times(result.macs.dense, result.macs.compacted), 'fewer multiply-accumulates'),
    gain(times(result.bytes.dense, result.bytes.compacted), 'fewer bytes'),
    gain(timing && times(timing.whole.dense, timing.whole.compacted), `less time (${timing ? timeText(timing.whole.compacted) : ''} a sample)`),
  ].flat();
  if (!savesSomething(data)) return `${network} ${answered}. Nothing was removed from it.`;
  const answersText = `The compacted ${network} ${answered}${denseText(errors, words)}`;
  if (gains.length === 0) return `${answersText}; ${grouped(result.weights.compacted)} of ${grouped(result.weights.dense)} weights are left.`;
  return `${answersText}${errors.dense ? '; the compacted one takes' : ', and takes'} ${listed(gains)}.`;
}

function denseText({ dense, epochs }: ComparedErrors, { text }: ErrorWords): string {
  if (!dense) return '';
  return `, the dense network ${text(dense.error)} ${dense.epochs === epochs ? 'after as much training' : `after ${dense.phase}`}`;
}

function gain(ratio: string | undefined, of: string): readonly string[] {
  return ratio === undefined ? [] : [`${ratio} ${of}`];
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
