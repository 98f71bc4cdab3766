// What a module says of its normalisation, once the statistics of the training set are known.

import { present } from '../../base/invariant.ts';
import type { Normalization } from '../../emit/module-facts.ts';
import type { ParameterData } from '../../ir/graph.ts';
import type { InputStatistic, Normalization as Written } from '../../ir/network.ts';

/** @param parameters All of the network. */
export function normalizationOf({ mean, deviation }: Written, parameters: ReadonlyMap<string, ParameterData>): Normalization {
  const known = (statistic: InputStatistic): ParameterData => {
    if (!('measured' in statistic)) return { shape: [statistic.length], data: Float64Array.from(statistic) };
    return present(parameters.get(statistic.measured), statistic.measured);
  };
  const [of, by] = [known(mean), known(deviation)];
  // A mean image is too much to be said.
  return { mean: of.shape.length > 1 ? 'per_pixel' : [...of.data], deviation: [...by.data] };
}
