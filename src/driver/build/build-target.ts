// What `build` can build for: targets that print the kernel IR of ir/kernel.ts, and gpu.js, whose kernels are
// scheduled one thread an element.

import { fail } from '../../base/diagnostic.ts';
import { emitGpujs } from '../../emit/emit-gpujs.ts';
import { emitModule } from '../../emit/emit-module.ts';
import type { EmitOptions, EmittedModule } from '../../emit/emit-module.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { printKernels } from '../../ir/print-kernel.ts';
import { lowerThreads } from '../../lower/threads/lower-threads.ts';
import { dumpNests, dumpSchedules } from '../../lower/dump.ts';
import { applyPlan, planDeployed } from '../../lower/lower.ts';
import { kernelTargets } from '../../targets/index.ts';
import type { KernelTarget } from '../../targets/target.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { unwatched, type Watch } from '../model/watch.ts';
import { runtimeTexts } from './runtime-texts.ts';

export type BuildTarget = { readonly kind: 'kernels'; readonly name: string; readonly kernels: KernelTarget } | { readonly kind: 'gpujs'; readonly name: string };

export const buildTargets: readonly BuildTarget[] = [
  ...kernelTargets.map((kernels): BuildTarget => ({ kind: 'kernels', name: kernels.name, kernels })),
  { kind: 'gpujs', name: 'gpujs' },
];

export type EmitRequest = Omit<EmitOptions, 'target' | 'kernels' | 'runtime'>;

/** What a 32-bit address reaches. */
const mostBytes = 2 ** 32;

/** A network lowered for one target, ready to be written with what a module tells of itself. */
export type Emit = (request: EmitRequest) => Promise<EmittedModule>;

/** @throws DiagnosticError `module/too-large` */
export function lowerFor(target: BuildTarget, program: Program, ops: OpRegistry, watch: Watch = unwatched): Emit {
  switch (target.kind) {
    case 'kernels': {
      const plan = planDeployed(program, ops, target.kernels.machine);
      const kernels = applyPlan(plan);
      watch.lowered({ nest: () => dumpNests(plan), schedule: () => dumpSchedules(plan), kernel: () => printKernels(kernels) });
      const bytes = 4 * kernels.elements;
      if (bytes > mostBytes) fail(moduleDiagnostics['too-large']({ args: [program.graph.name, bytes, mostBytes], help: 'use a smaller batch' }));
      return (request) => emitModule({ ...request, target: target.kernels, kernels, runtime: runtimeTexts() });
    }
    case 'gpujs': {
      const module = lowerThreads(program, ops);
      return (request) => emitGpujs({ ...request, module, runtime: runtimeTexts() });
    }
  }
}
