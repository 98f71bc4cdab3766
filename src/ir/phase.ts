// How the kinds of phases differ, as data: what a phase penalises, what it holds at zero.

import type { PhaseKind } from './network.ts';

interface PhaseTraits {
  /** The penalties act. */
  readonly penalizes: boolean;
  /** Masks hold at zero what the penalties have made zero, in this phase or in one before. */
  readonly masks: boolean;
}

export const phaseTraits: Readonly<Record<PhaseKind, PhaseTraits>> = {
  baseline: { penalizes: false, masks: false },
  sparsify: { penalizes: true, masks: true },
  finetune: { penalizes: false, masks: true },
};

/** In the order in which they run. */
export const phaseKinds: readonly PhaseKind[] = ['baseline', 'sparsify', 'finetune'];
