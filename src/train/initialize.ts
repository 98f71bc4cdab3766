// Parameters before the first step, drawn from the seed by parameter name, so that adding a layer leaves
// the draws of the others as they are.

import { assertNever } from '../base/invariant.ts';
import { stream } from '../base/random.ts';
import { sizeOf } from '../base/tensor.ts';
import type { ParameterData } from '../ir/graph.ts';
import type { Network, Parameter } from '../ir/network.ts';

/** Initial parameters by name. Values are representable in f32, so the float64 reference starts from the same. */
export function initialParameters(network: Network, seed: number): ReadonlyMap<string, ParameterData> {
  return new Map(network.parameters.map((parameter) => [parameter.name, { shape: parameter.shape, data: initialData(parameter, seed) }]));
}

function initialData(parameter: Parameter, seed: number): Float64Array {
  const { initial, shape, name } = parameter;
  const data = new Float64Array(sizeOf(shape));
  switch (initial.kind) {
    case 'constant':
      return data.fill(Math.fround(initial.value));
    // Without data, samples are taken as they come.
    case 'statistic':
      return data.fill(initial.of === 'mean' ? 0 : 1);
    case 'xavier': {
      const draws = stream(seed, `initial ${name}`);
      const bound = Math.sqrt(3 / initial.fanIn);
      for (let i = 0; i < data.length; i++) data[i] = Math.fround((2 * draws.uniform(i) - 1) * bound);
      return data;
    }
  }
  return assertNever(initial);
}
