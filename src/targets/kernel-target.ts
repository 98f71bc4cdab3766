// Targets that print the kernel IR of ir/kernel.ts: a machine to schedule for and a printer make one.

import { present } from '../base/invariant.ts';
import type { KernelPrinter } from '../emit/kernel-printer.ts';
import type { TargetMachine } from '../ir/kernel.ts';
import { versionHere } from './target.ts';
import type { CodeVersion, NestOnTrial, Target } from './target.ts';

interface KernelParts<Name extends string> extends KernelPrinter {
  readonly name: Name;
  readonly doc: string;
  readonly machine: TargetMachine;
  readonly versions: readonly CodeVersion[];
  /** For modules that run on several threads. */
  readonly printForThreads?: KernelPrinter['print'];
}

export interface KernelTarget<Name extends string = string> extends KernelParts<Name>, Target<Name, true> {}

export function kernelTarget<Name extends string>(parts: KernelParts<Name>): KernelTarget<Name> {
  return {
    ...parts,
    atOnce: true,
    hasThreads: parts.printForThreads !== undefined,
    dumps: ['nest', 'schedule', 'kernel'],
    lower: async (program, ops, pins, inThreads = false) => {
      const [{ dumpNests, dumpSchedules }, { applyPlan, planDeployed, smallestCut }, { printKernels }, { emitModule }] = await Promise.all([
        import('../lower/dump.ts'),
        import('../lower/lower.ts'),
        import('../ir/print-kernel.ts'),
        import('../emit/emit-module.ts'),
      ]);
      const plan = planDeployed(program, ops, parts.machine, pins, inThreads ? smallestCut : undefined);
      const target: KernelPrinter = inThreads ? { ...parts, print: present(parts.printForThreads, 'threads of the target') } : parts;
      const kernels = applyPlan(plan);
      return {
        bytes: 4 * kernels.elements,
        dumps: new Map([['nest', () => dumpNests(plan)], ['schedule', () => dumpSchedules(plan)], ['kernel', () => printKernels(kernels)]]),
        emit: (request) => emitModule({ ...request, target, kernels }),
      };
    },
    start: async (program, ops, _, version, pins) => {
      const [{ lowerDeployed }, { startNetwork }] = await Promise.all([import('../lower/lower.ts'), import('./start-kernels.ts')]);
      return startNetwork(parts, lowerDeployed(program, ops, parts.machine, pins), version);
    },
    nests: async (program, ops, pins) => {
      const [{ planDeployed }, { nestsAlone }, { startFilled }] = await Promise.all([import('../lower/lower.ts'), import('../lower/nests-alone.ts'), import('./start-kernels.ts')]);
      return nestsAlone(planDeployed(program, ops, parts.machine, pins)).map(({ moduleWith, ...nest }): NestOnTrial => ({ ...nest, start: (schedule) => startFilled(parts, moduleWith(schedule), versionHere(parts).name) }));
    },
  };
}
