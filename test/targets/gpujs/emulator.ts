// gpu.js without gpu.js: calls the text of each kernel once a thread, in plain JavaScript and float64.

import { present } from '../../../src/base/invariant.ts';
import { sizeOf } from '../../../src/base/tensor.ts';
import type { ThreadBinding, ThreadExtents, ThreadModule } from '../../../src/ir/thread-kernel.ts';
import { planModule } from '../../../src/targets/gpujs/plan.ts';

type Rows = Float64Array | readonly Rows[];
type Thread = Readonly<Record<'x' | 'y' | 'z', number>>;

/** `[z][y][x]`, as many as there are. */
function inRows(numbers: Float64Array, extents: ThreadExtents): Rows {
  const outer = present(extents.at(-1), 'extent');
  if (extents.length === 1) return numbers;
  const size = numbers.length / outer;
  return Array.from({ length: outer }, (_, i) => inRows(numbers.subarray(i * size, (i + 1) * size), extents.slice(0, -1)));
}

/** Places of all elements, in logical order. */
function placesOf({ offset, axes }: ThreadBinding): readonly number[] {
  return axes.reduce<readonly number[]>((places, axis) => places.flatMap((place) => Array.from(axis, (at) => place + at)), [offset]);
}

/** The output of a module for an input, both in logical order. */
export function emulate(module: ThreadModule, input: ArrayLike<number>): readonly number[] {
  const { kernels, weights } = planModule(module);
  const first = new Float64Array(sizeOf(module.input.extents));
  for (const [i, place] of placesOf(module.input).entries()) first[place] = input[i] ?? NaN;
  const values: Rows[] = [];
  let last = first;
  for (const { source, output, operands, data } of kernels) {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- printed code is what is tested
    const thread = new Function(`return ${source}`)() as (this: { thread: Thread; constants: object }, ...values: readonly Rows[]) => number;
    const constants = Object.fromEntries(data.map(([extents, from], i) => [`d${i}`, inRows(Float64Array.from(weights.subarray(from, from + sizeOf(extents))), extents)]));
    const read = operands.map((operand) => (operand < 0 ? inRows(first, module.input.extents) : present(values[operand], 'value')));
    const [width = 1, height = 1] = output;
    last = Float64Array.from({ length: sizeOf(output) }, (_, i) => {
      const here = { x: i % width, y: Math.floor(i / width) % height, z: Math.floor(i / (width * height)) };
      return thread.call({ thread: here, constants }, ...read);
    });
    values.push(inRows(last, output));
  }
  return placesOf(module.output).map((place) => last[place] ?? NaN);
}
