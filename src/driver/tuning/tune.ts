// `build --tune`: the record of which schedules of a network are the fastest on this machine.

import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { unpinned, type SchedulePins } from '../../lower/schedule/pins.ts';
import { scheduleVersion } from '../../lower/schedule/version.ts';
import { versionHere } from '../../targets/target.ts';
import type { Target } from '../../targets/target.ts';
import { checkWinograd } from '../request.ts';
import { scheduledOptions } from './pinned.ts';
import { deployedProgram } from '../build/build.ts';
import type { BuildInput, BuildOptions } from '../build/build.ts';
import { givenFor } from '../build/user-package.ts';
import { processorHere, processorText } from '../module/processor.ts';
import { systemClock } from '../module/timing.ts';
import type { Timed } from '../module/timing.ts';
import { compilerVersion } from '../model/version.ts';
import { finalBetween } from './contest.ts';
import { pinsOf } from './tune-counterpart.ts';
import type { TunedNest } from './tune-nest.ts';
import { tuneNests } from './tune-nests.ts';
import type { TuneOptions } from './tune-nests.ts';
import { tuningDiagnostics } from './tuning-diagnostics.ts';
import { networkHash } from './tuning-record.ts';
import type { TuningRecord, TunedTimes } from './tuning-record.ts';

export interface Tuned {
  readonly record: TuningRecord;
  /** Names of nests that were not come to, and keep the default. */
  readonly left: readonly string[];
  /** Schedules that were faster each alone, but not in the network: there is nothing of them in the record. */
  readonly isInVain: boolean;
}

/** @throws DiagnosticError `tuning/no-schedules`, `result/dead-layer` */
export async function tuneNetwork(input: BuildInput, build: Pick<BuildOptions, 'target' | 'dense' | 'batch' | 'winograd' | 'weightsAs'>, ops: OpRegistry, options: TuneOptions): Promise<Tuned> {
  const { target, winograd } = build;
  checkWinograd(winograd, target);
  const program = deployedProgram(input, build, ops);
  const { stop, clock = systemClock } = options;
  const nestsOf = target.nests ?? noSchedules(target);
  const onTrial = await nestsOf(program, ops);
  const { nests, left } = await tuneNests(onTrial, (of) => nestsOf(program, ops, of), options);
  const pins = pinsOf(nests);
  const gains = onTrial.some(({ name, chosen }) => (pins.schedules.get(name) ?? chosen.text) !== chosen.text);
  const inWhole = gains && !stop?.aborted ? await finalBetween(await startWhole(program, target, ops, unpinned), await startWhole(program, target, ops, pins), clock) : undefined;
  const isInVain = inWhole !== undefined && !(inWhole.ratio < 1);
  const byDefault = new Map(onTrial.map(({ name, chosen }) => [name, chosen.text]));
  const isKept = (name: string): boolean => !isInVain || byDefault.has(name);
  const kept = ({ schedule, byDefault: before, tuned }: TunedNest, name: string): TuningRecord['nests'][string] =>
    isInVain ? { schedule: present(byDefault.get(name), 'default'), ...rounded(before, before) } : { schedule, ...rounded(before, tuned) };
  return {
    record: {
      version: scheduleVersion,
      compiler: `ssl-compile ${compilerVersion()}`,
      name: input.model.network.name,
      network: networkHash(program),
      target: target.name,
      runs: versionHere(target).name,
      ...scheduledOptions({ ...build, weightsAs: build.weightsAs?.name }),
      processor: processorText(processorHere()),
      node: process.version,
      ...(inWhole && !isInVain && { whole: rounded(inWhole.incumbent, inWhole.challenger) }),
      nests: Object.fromEntries([...nests].filter(([name]) => isKept(name)).map(([name, nest]) => [name, kept(nest, name)])),
    },
    left: left.filter(isKept),
    isInVain,
  };
}

function noSchedules({ name }: Target): never {
  return fail(tuningDiagnostics['no-schedules']({ args: [name], help: 'leave out --tune' }));
}

async function startWhole(program: Program, target: Target, ops: OpRegistry, pins: SchedulePins): Promise<Timed> {
  const { net } = await target.start(program, ops, await givenFor(target), versionHere(target).name, pins);
  return { run: present(net, 'net of what answers at once').compute };
}

/** More digits than times have. */
function rounded(byDefault: number, tuned: number): TunedTimes {
  const [first, second] = [byDefault, tuned].map((value) => Number(value.toPrecision(4)));
  return { default: first ?? NaN, tuned: second ?? NaN };
}
