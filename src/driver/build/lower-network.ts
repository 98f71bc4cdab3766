// A network lowered for a target, with what of it a module cannot hold refused.

import { fail } from '../../base/diagnostic.ts';
import type { EmittedModule, ModuleRequest } from '../../emit/emit-module.ts';
import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { unpinned, type SchedulePins } from '../../lower/schedule/pins.ts';
import type { Target } from '../../targets/target.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { unwatched } from '../model/watch.ts';
import type { Watch } from '../model/watch.ts';
import { runtimeFunctions } from './runtime-functions.ts';

/** What a 32-bit address reaches. */
const mostBytes = 2 ** 32;

/** Writes it with what a module tells of itself. */
export type Emit = (request: Omit<ModuleRequest, 'runtime'>) => Promise<EmittedModule>;

/** @param pins Schedules that are given. @param inThreads For a module that runs on several threads. @throws DiagnosticError `module/too-large`, `schedule/*` for pins that do not fit */
export async function lowerNetwork(target: Target, program: Program, ops: OpRegistry, pins: SchedulePins = unpinned, inThreads = false, watch: Watch = unwatched): Promise<Emit> {
  const { bytes = 0, dumps, emit } = await target.lower(program, ops, pins, inThreads);
  watch.lowered(dumps);
  if (bytes > mostBytes) fail(moduleDiagnostics['too-large']({ args: [program.graph.name, bytes, mostBytes], help: 'use a smaller batch' }));
  return async (request) => emit({ ...request, runtime: await runtimeFunctions() });
}
