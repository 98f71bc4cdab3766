// How a run went, phase by phase, from metrics.jsonl and its checkpoint.

import { originOf, epochsBehind, phaseTraits } from '../../ir/phase.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { structureTitle } from '../../ir/structure.ts';
import type { PenalisedGroups, PhaseCourse, Unfinished } from '../../report/report-data.ts';
import { scaledStrength } from '../../sparsity/strengths.ts';
import { groupSets } from '../../sparsity/groups.ts';
import type { Checkpoint } from '../run/checkpoint-json.ts';
import type { EpochEvent } from '../run/run-events.ts';
import { readRecorded, runFiles } from '../run/run-files.ts';

/** A line of metrics.jsonl. */
export type EpochLine = Omit<EpochEvent, 'kind' | 'secondsLeft'>;

/** As far as the checkpoint goes. @throws DiagnosticError `run/changed` */
export function epochLines(folder: string, { files }: Checkpoint): readonly EpochLine[] {
  const record = files[runFiles.metrics];
  if (!record) return [];
  const text = new TextDecoder().decode(readRecorded(folder, runFiles.metrics, record, true));
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as EpochLine]));
}

/** The phases of the source; what an application has trained instead is not told apart. */
export function phaseCourses({ train }: Model, checkpoint: Checkpoint, lines: readonly EpochLine[]): readonly PhaseCourse[] {
  const phases = train?.phases ?? [];
  const { search } = checkpoint;
  // Of a phase that was trained with several strengths, that which the run went on with, or the last so far.
  const attempt = (search?.chosen ?? search?.attempts.length ?? 0) + 1;
  return phases.map(({ name, kind, epochs }, index) => {
    const origin = originOf(phases, index);
    const [kept, stopped] = [checkpoint.kept[name], checkpoint.stopped[name]];
    const [testError, heldOutError] = [checkpoint.error[name], checkpoint.heldOut[name]];
    return {
      name,
      compares: phaseTraits[kind].compares,
      epochs: kept ?? stopped ?? epochs,
      ...((kept !== undefined || stopped !== undefined) && { ending: { planned: epochs, ran: stopped ?? epochs, keptBest: kept !== undefined } }),
      behind: origin === undefined ? 0 : epochsBehind(phases, origin, checkpoint),
      ...(testError !== undefined && { testError }),
      ...(heldOutError !== undefined && { heldOutError }),
      course: lines.filter((line) => line.phase === name && (line.attempt ?? attempt) === attempt).map(({ epoch, training, heldOut: held, groups, residuals }) => ({ epoch, loss: training.loss, error: training.error, ...(held && { heldOut: held }), alive: groups.map(({ alive }) => alive), ...(residuals && { residuals }) })),
    };
  });
}

/** What the lines count, in their order. */
export function penalisedGroups({ network, penalties }: Model, { identity, search }: Checkpoint, lines: readonly EpochLine[], ops: OpRegistry): readonly PenalisedGroups[] {
  const written = groupSets(network, ops, penalties).map(({ penalty, count }) => {
    const structure = structureTitle(penalty);
    // What the run was trained with, whatever its source says.
    if (penalty.kind === 'budget') return { layer: penalty.layer, structure, total: count };
    const trained = identity[`strength of ${structure} of ${penalty.layer}`];
    const factor = search?.attempts[search.chosen ?? -1]?.factor ?? 1;
    const strength = trained === undefined ? penalty.strength : scaledStrength(Number(trained), factor);
    return { layer: penalty.layer, structure, total: count, strength };
  });
  const found = lines.at(-1)?.groups ?? written;
  // An application may have trained other penalties than the source has.
  const same = found.length === written.length && found.every(({ layer, total }, i) => layer === written[i]?.layer && total === written[i]?.total);
  return same ? written : found.map(({ layer, structure, total }) => ({ layer, structure, total }));
}

export function unfinishedAt({ train }: Model, { phase, step }: Checkpoint, lines: readonly EpochLine[]): Unfinished {
  const totalSteps = lines.at(-1)?.totalSteps;
  return { phase: train?.phases[phase]?.name ?? 'the evaluation at its end', step, ...(totalSteps !== undefined && { totalSteps }) };
}
