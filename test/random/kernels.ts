// Random networks as emitted kernels: how far their outputs are from the float64 interpreter, over the
// rounding that f32 may do there.

import { present } from '../../src/base/invariant.ts';
import { tensor } from '../../src/base/tensor.ts';
import { boundedValues } from '../../src/driver/build/rounding-bound.ts';
import { singlePrecision } from '../../src/ir/error-bound.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { F64Tensor, OpRegistry } from '../../src/ir/op.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import type { SchedulePins } from '../../src/lower/schedule/pins.ts';
import { start } from '../lower/harness.ts';
import type { Engine } from '../lower/harness.ts';
import { feedsOf } from './build.ts';

/** The program with parameters that f32 holds: what the kernels compute with. */
function rounded({ graph, parameters }: Program): Program {
  return { graph, parameters: new Map([...parameters].map(([name, value]) => [name, { ...value, data: value.data.map(Math.fround) }])) };
}

export interface Expected {
  readonly inputs: ReadonlyMap<string, F64Tensor>;
  /** The worst error of an output, by its place, in units of its own bound; above 1 is too much. */
  readonly error: (output: number, found: ArrayLike<number>) => number;
}

/** What kernels of a program should answer to the inputs of a seed. */
export function expectedOf(program: Program, seed: number, ops: OpRegistry): Expected {
  const single = rounded(program);
  const inputs = new Map([...feedsOf(single, seed)].filter(([name]) => !single.parameters.has(name)).map(([name, { shape, data }]) => [name, tensor(shape, data.map(Math.fround))]));
  const bounded = boundedValues(single, ops, inputs, singlePrecision);
  return {
    inputs,
    error: (output, found) => {
      const { value: expected, error } = bounded(present(single.graph.outputs[output], 'output').value);
      let worst = 0;
      for (const [at, wanted] of expected.data.entries()) {
        const difference = Math.abs(wanted - (found[at] ?? NaN));
        if (difference === 0) continue;
        worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference / (error.data[at] as number));
      }
      return worst;
    },
  };
}

/** The worst error of all outputs on an engine. @param pins Schedules other than the machine's own. */
export function kernelError(program: Program, seed: number, ops: OpRegistry, engine: Engine, pins?: SchedulePins): number {
  const { inputs, error } = expectedOf(program, seed, ops);
  const running = start(lowerDeployed(rounded(program), ops, engine.machine, pins), engine);
  // Other values first: nothing of one run may be left in the next.
  const others = new Map([...inputs].map(([name, { shape, data }]) => [name, tensor(shape, data.map((value) => 10 - 3 * value))]));
  for (const feeds of [others, inputs]) {
    running.write(feeds);
    running.run('run');
  }
  const worst = program.graph.outputs.map(({ name }, i) => error(i, running.read(name).data));
  return Math.max(...worst);
}
