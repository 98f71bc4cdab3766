// Magnitude pruning: the groups whose weights are least in size go, at once or in rounds with training between them (Han et
// al., 2015; by groups of any grain Mao et al., 2017, whose salience of a group is the sum of |w|). Each round (train/rounds.ts)
// prunes as it begins and trains what is left. What has gone is masked.

import { present } from '../../base/invariant.ts';
import type { GroupSet } from '../../ir/group.ts';
import { eachElement } from '../../sparsity/elements.ts';
import type { ParameterValues } from '../../sparsity/norms.ts';
import { maskGroups } from '../masks.ts';
import { optimizers } from '../optimizers/index.ts';
import type { Method, Moment } from './method.ts';
import { copiesOf, keptIn, project, surroundingsOf } from './projection.ts';
import { byName, epochsDone, roundBegun } from './steps.ts';

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

function prune(moment: Moment, kept?: (set: GroupSet) => number): boolean {
  const { sets, held, buffers } = moment;
  return maskGroups(sets, held, buffers, project(sets, copiesOf(sets, held), magnitudes, surroundingsOf(moment), kept));
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
  begin: (moment) => void prune(moment, keptIn(roundBegun(moment))),
  between: {
    every: (_, { inEpoch }) => inEpoch,
    apply: (moment) => ({ isChanged: moment.done < moment.steps.inPhase && roundBegun(moment).from === epochsDone(moment) && prune(moment, keptIn(roundBegun(moment))) }),
  },
  // To fewer groups than the last round was begun with, where a shared budget wants it.
  end: (moment) => void prune(moment),
};
