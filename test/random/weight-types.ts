// Random networks whose weights are stored in fewer bits: rounded by half a step at most; what elimination makes of them
// computes the same; and kernels on constant memory that has been packed and widened hold the bound of exact weights.

import { present } from '../../src/base/invariant.ts';
import { isRefused } from './planted.ts';
import type { WeightType } from '../../src/emit/weight-types/weight-type.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { KernelModule } from '../../src/ir/kernel.ts';
import type { OpRegistry } from '../../src/ir/op.ts';
import { compaction, runPasses } from '../../src/passes/pipeline.ts';
import { roundWeights } from '../../src/passes/round-weights.ts';
import { widenBytes, widenHalves } from '../../src/runtime/widen.ts';
import type { Engine } from '../lower/harness.ts';
import { kernelError } from './kernels.ts';

const decoders: Readonly<Record<string, typeof widenBytes>> = { widenBytes, widenHalves };

/** The worst error of kernels, in units of what rounding explains; infinite where weights or their elimination are wrong. */
export function weightTypeError(compacted: Program, type: WeightType, seed: number, ops: OpRegistry, engine: Engine): number {
  const { program, parameters, unfit } = roundWeights(compacted, ops, type);
  if (unfit.length > 0 || parameters.some(({ error }) => !(error <= 0.5))) return Infinity;
  const again = runPasses(program, compaction, ops, { verify: true });
  if (isRefused(program, again, ops)) return Infinity;
  return kernelError(again, seed, ops, { ...engine, start: (module) => engine.start(widened(module, type)) });
}

/** The module as one that has been stored, and every bit of its constants is as it was. */
function widened(module: KernelModule, type: WeightType): KernelModule {
  const memory = new ArrayBuffer(4 * module.elements);
  present(decoders[type.widen], type.widen)(memory, type.pack(module.segments));
  const copies = module.segments.map(({ offset, data }) => ({ offset, data: data instanceof Int32Array ? new Int32Array(memory, 4 * offset, data.length) : new Float32Array(memory, 4 * offset, data.length) }));
  return { ...module, segments: copies };
}
