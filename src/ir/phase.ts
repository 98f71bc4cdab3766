// How the kinds of phases differ, as data: what a phase penalises, what it holds at zero, where it starts from.

import type { PhaseKind, PhaseSpec } from './network.ts';

interface PhaseTraits {
  /** The penalties act. */
  readonly penalizes: boolean;
  /** Masks hold at zero what the penalties have made zero, in this phase or in one before. */
  readonly masks: boolean;
  /**
   * Starts where the baseline ended and ends nowhere: its error is there to compare with, the run's weights are those
   * of the phases before it.
   */
  readonly compares: boolean;
}

export const phaseTraits: Readonly<Record<PhaseKind, PhaseTraits>> = {
  baseline: { penalizes: false, masks: false, compares: false },
  sparsify: { penalizes: true, masks: true, compares: false },
  finetune: { penalizes: false, masks: true, compares: false },
  control: { penalizes: false, masks: false, compares: true },
};

/** In the order in which they run. */
export const phaseKinds: readonly PhaseKind[] = ['baseline', 'sparsify', 'finetune', 'control'];

/** The phase whose end a phase starts from; undefined: it starts from where the run does. */
export function originOf(phases: readonly PhaseSpec[], index: number): number | undefined {
  const compares = phases.slice(index, index + 1).some(({ kind }) => phaseTraits[kind].compares);
  const origin = phases.slice(0, index).findLastIndex(({ kind }) => (compares ? kind === 'baseline' : !phaseTraits[kind].compares));
  return origin < 0 ? undefined : origin;
}

/** The phase that the run's weights come from. */
export function productOf(phases: readonly PhaseSpec[]): number {
  return phases.findLastIndex(({ kind }) => !phaseTraits[kind].compares);
}

/** How phases have ended, by name, otherwise than after all of their epochs with the weights of the last. */
export interface PhaseEnds {
  /** The epoch after which a phase has stopped before it was to. */
  readonly stopped: Readonly<Record<string, number>>;
  /** The epoch whose weights a phase has ended with that keeps its best. */
  readonly kept: Readonly<Record<string, number>>;
}

/** Epochs of training that the weights at the end of a phase have had, in all phases on the way to them. */
export function epochsBehind(phases: readonly PhaseSpec[], index: number, ends: PhaseEnds): number {
  const origin = originOf(phases, index);
  const before = origin === undefined ? 0 : epochsBehind(phases, origin, ends);
  const spec = phases[index];
  return spec ? before + (ends.kept[spec.name] ?? ends.stopped[spec.name] ?? spec.epochs) : before;
}
