// The phases of a program that its penalties have no say in, as a program of its own. They come to the same bits
// whatever the penalties are, so programs that differ in no more than these share them.
//
//   baseline  sparsify  finetune  control      the program
//   baseline                      control      its dense part

import { present } from '../../base/invariant.ts';
import { isInput } from '../../ir/leaf.ts';
import type { Model, PhaseSpec, TrainSpec } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { originOf, phaseTraits } from '../../ir/phase.ts';
import { phaseGraphs } from '../../engine/phase-module.ts';
import { usualMethod } from '../../train/methods/index.ts';
import { phaseKey } from '../../train/plan.ts';

export interface DensePart {
  readonly model: Model & { readonly train: TrainSpec };
  /** Keys of its phases, the same as in the whole program (train/plan.ts). */
  readonly keys: readonly string[];
  /** Names of its phases that come after the penalties in the whole program: those before need not wait for these. */
  readonly after: readonly string[];
}

/**
 * Undefined where no phase comes before the penalties, or none after. The control is a part of it, unless the network
 * draws numbers by the step (dropout): steps are counted over the run, and the control's first is another there.
 */
export function densePart(model: Model, ops: OpRegistry): DensePart | undefined {
  const { sources, network, train } = model;
  const phases = train?.phases ?? [];
  const first = phases.findIndex(({ kind }) => !isDense(kind));
  if (!train || first <= 0) return undefined;
  const controls = phases.filter((phase, index) => index > first && isDense(phase.kind) && present(originOf(phases, index), 'origin of a control') < first);
  const dense = { sources, network, penalties: [], method: usualMethod, methodSettings: {}, crossing: 'sequential', train } as const;
  const after = controls.filter((phase) => !drawsByStep(dense, phase, ops));
  const shared = [...phases.slice(0, first), ...after];
  const keys = shared.map((phase) => phaseKey(phases, phases.indexOf(phase)));
  return { model: { ...dense, train: { ...train, phases: shared } }, keys, after: after.map(({ name }) => name) };
}

function isDense(kind: PhaseSpec['kind']): boolean {
  const { penalizes, masks } = phaseTraits[kind];
  return !penalizes && !masks;
}

/** Whether a step of the phase reads its number. */
export function drawsByStep(model: Model, spec: PhaseSpec, ops: OpRegistry): boolean {
  const { nodes } = phaseGraphs(model, { spec, groups: [], masked: new Set() }, ops).step;
  const step = nodes.find((node) => isInput(node) && node.attrs['name'] === 'step');
  return nodes.some(({ inputs }) => inputs.some(({ node }) => node === step?.id));
}
