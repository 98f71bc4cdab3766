// What a chain of kernels comes to at run time: texts and shapes, and one list of all constant numbers.

import { invariant } from '../../base/invariant.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { ThreadExtents, ThreadModule } from '../../ir/thread-kernel.ts';
import { longestLoop, printThreadKernel } from './print.ts';

export interface PlannedKernel {
  readonly source: string;
  readonly output: ThreadExtents;
  /** -1 is the first input, -2 the second; others are kernels. */
  readonly operands: readonly number[];
  /** The kernel's data, and where each starts in the weights. */
  readonly data: readonly (readonly [extents: ThreadExtents, from: number])[];
  readonly rounds: number;
}

export interface PlannedModule {
  readonly kernels: readonly PlannedKernel[];
  readonly weights: Float32Array;
}

export function planModule({ kernels }: ThreadModule): PlannedModule {
  const weights = new Float32Array(kernels.flatMap(({ data }) => data).reduce((sum, { values }) => sum + values.length, 0));
  let end = 0;
  const planned = kernels.map((kernel, ordinal): PlannedKernel => {
    const data = kernel.data.map(({ extents, values }): readonly [ThreadExtents, number] => {
      invariant(sizeOf(extents) === values.length, 'extents of constant data');
      weights.set(values, end);
      end += values.length;
      return [extents, end - values.length];
    });
    return {
      source: printThreadKernel(kernel, ordinal),
      output: kernel.extents,
      operands: kernel.operands.map((value) => (value.kind === 'input' ? -1 - value.index : value.index)),
      data,
      rounds: longestLoop(kernel.body),
    };
  });
  return { kernels: planned, weights };
}
