// Magnitude pruning: the groups whose weights are least in size go, at once or in rounds with training between them (Han et
// al., 2015; by groups of any grain Mao et al., 2017, whose salience of a group is the sum of |w|). Round i of n leaves
//
//   total - (total - budget) * i / n
//
// groups, rounded to the nearest number, halves up. The first comes as the phase begins, the others after equal parts of it,
// and each part trains what is left. What has gone is masked.

import { present } from '../../base/invariant.ts';
import type { GroupSet } from '../../ir/group.ts';
import type { MethodSettings } from '../../ir/network.ts';
import { eachElement } from '../../sparsity/groups.ts';
import type { ParameterValues } from '../../sparsity/norms.ts';
import { maskGroups } from '../masks.ts';
import { optimizers } from '../optimizers/index.ts';
import type { Method, Moment, PhaseSteps } from './method.ts';
import { copiesOf, keptGroups, project } from './projection.ts';
import { byName } from './steps.ts';

/** The sum of |w| of each group. */
export function magnitudes(set: GroupSet, parameters: ParameterValues): Float64Array {
  const sums = new Float64Array(set.count);
  for (const member of set.members) {
    const { data } = present(parameters.get(member.parameter), `parameter ${member.parameter}`);
    eachElement(member, (element, group) => {
      sums[group] = (sums[group] as number) + Math.abs(data[element] as number);
    });
  }
  return sums;
}

function roundsOf({ settings }: Pick<Moment, 'settings'>): number {
  return present(settings['rounds'], 'rounds');
}

function stepsOfRound({ rounds = 1 }: MethodSettings, { inPhase }: PhaseSteps): number {
  return Math.ceil(inPhase / rounds);
}

/** @param round From 1. */
function prune(moment: Moment, round: number): boolean {
  const { sets, held, buffers } = moment;
  const share = Math.min(1, round / roundsOf(moment));
  const keptOf = (set: GroupSet): number => Math.floor(set.count - (set.count - keptGroups(set)) * share + 0.5);
  return maskGroups(sets, held, buffers, project(sets, copiesOf(sets, held), magnitudes, keptOf));
}

export const magnitude: Method = {
  name: 'magnitude',
  takes: 'budget',
  salience: magnitudes,
  settings: {
    /** In which the groups go. */
    rounds: { type: 'count', default: 1 },
  },
  explanation: ({ rounds }) =>
    `Method: magnitude. The groups with the least sum of |w| are made zero, and stay so: ${rounds === 1 ? 'at once, as the phase begins' : `in ${rounds} rounds, with training between them`}.\n`,
  step: (builder, parameters, { optimizer: { name, settings } }, scalars) => byName(parameters, (parameter) => optimizers[name].step(builder, parameter, settings, scalars)),
  begin: (moment) => void prune(moment, 1),
  between: {
    every: stepsOfRound,
    apply: (moment) => ({ isChanged: moment.done < moment.steps.inPhase && prune(moment, moment.done / stepsOfRound(moment.settings, moment.steps) + 1) }),
  },
  // Where rounds are more than steps.
  end: (moment) => void prune(moment, roundsOf(moment)),
};
