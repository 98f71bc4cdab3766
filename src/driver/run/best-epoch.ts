// The epoch of a phase with the least held-out error so far; of equal ones the first. `keep = best` ends the phase with
// its weights, `patience` counts from it. Its weights lie in checkpoints beside those of the moment, so that a run that
// goes on keeps what it would have kept.

import { present } from '../../base/invariant.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { Network, PhaseSpec } from '../../ir/network.ts';

export interface BestEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Of the held-out samples. */
  readonly error: number;
}

/** Whether a phase goes by its best epoch at all. */
export function isJudged({ keep, patience }: PhaseSpec): boolean {
  return keep !== undefined || patience !== undefined;
}

/** The best of what was, and of an epoch that has ended. */
export function bestOf(before: BestEpoch | undefined, ended: BestEpoch): BestEpoch {
  return before && before.error <= ended.error ? before : ended;
}

/** Whether a phase ends with this epoch, before it was to: it has been as patient as it should. */
export function losesPatience({ patience = Infinity, epochs }: PhaseSpec, best: BestEpoch, epoch: number): boolean {
  return epoch < epochs && epoch - best.epoch >= patience;
}

/** Parameters that are kept beside those of the moment, by the name that checkpoints know them by. Their arrays are their own. */
export type KeptParameters = ReadonlyMap<string, Tensor<Float32Array>>;

/** Of the best epoch of a phase, or of the attempt that a search would choose so far (search-strengths.ts). */
export type KeptAs = 'best' | 'chosen';

function keptName(parameter: string, as: KeptAs): string {
  return `${parameter}.${as}`;
}

/** Copies what is to be kept. @param into What was kept before: its arrays are filled anew, none are made. */
export function keepParameters({ parameters }: Network, held: PhaseTensors, as: KeptAs, into?: KeptParameters): KeptParameters {
  const kept = parameters.map(({ name }): readonly [string, Tensor<Float32Array>] => {
    const { shape, data } = present(held.get(name), name);
    const copy = into?.get(keptName(name, as))?.data ?? new Float32Array(data.length);
    copy.set(data);
    return [keptName(name, as), { shape, data: copy }];
  });
  return new Map(kept);
}

/** What a checkpoint has kept; undefined: nothing. */
export function storedParameters({ parameters }: Network, tensors: ReadonlyMap<string, Tensor>, as: KeptAs): KeptParameters | undefined {
  const stored = parameters.flatMap(({ name }) => {
    const found = tensors.get(keptName(name, as));
    return found ? [[keptName(name, as), { shape: found.shape, data: Float32Array.from(found.data) }] as const] : [];
  });
  return stored.length > 0 ? new Map(stored) : undefined;
}

/** The parameters under their own names. */
export function keptParameters({ parameters }: Network, kept: KeptParameters, as: KeptAs): PhaseTensors {
  return new Map(parameters.map(({ name }) => [name, present(kept.get(keptName(name, as)), keptName(name, as))]));
}
