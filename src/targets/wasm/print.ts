// A kernel module as a WebAssembly module: every kernel an internal function, every program an exported one.
//
//   run()               calls each item of each stage for each of its tasks, in order
//   run_stage(s, task)  one task of stage s, the tasks of its items numbered in one sequence (option `stages`)

import { present } from '../../base/invariant.ts';
import type { KernelFunction, KernelModule, Local, Stage, Type } from '../../ir/kernel.ts';
import type { FunctionBody, Label } from './encoder/function-body.ts';
import { ModuleBuilder } from './encoder/module-builder.ts';
import type { FunctionType, ValueType } from './encoder/types.ts';
import { mathType, writeMath } from './math.ts';
import type { MathFunction } from './math.ts';
import { waitsForSums } from './sums.ts';
import { writeStmts } from './statement.ts';
import { usedMath } from './used-math.ts';

export interface PrintWasmOptions {
  /**
   * `own`: exported as `memory`, as large as the module says. Otherwise `memory` is imported from the module
   * of that name, with `pages` pages of 64 KiB at least (where it is shared `maximum` at most, or `pages` too).
   */
  readonly memory: 'own' | { readonly import: string; readonly shared: boolean; readonly pages: number; readonly maximum?: number };
  /**
   * `inside` (the default) writes the segments whenever the module is instantiated. Large ones start slowly
   * there (64 MiB: 400 ms against 70): then, and where threads share the memory, `separate` leaves them to
   * the caller (`packSegments`).
   */
  readonly weights?: 'inside' | 'separate';
  /** Use relaxed SIMD: instructions that engines without it refuse, and that may round in one way or another. */
  readonly relaxed?: boolean;
  /** Export `<program>_stage` too. */
  readonly stages?: boolean;
}

const pageBytes = 65536;
const elementBytes = 4;
const valueType: Readonly<Record<Type, ValueType>> = { i32: 'i32', f32: 'f32', vec: 'v128' };

/** Pages of memory that the module needs. */
export function wasmPages(module: KernelModule): number {
  return Math.max(1, Math.ceil((module.elements * elementBytes) / pageBytes));
}

/** The module in binary. */
export function printWasm(module: KernelModule, options: PrintWasmOptions): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const { memory } = options;
  if (memory === 'own') {
    const pages = wasmPages(module);
    builder.memory({ initial: pages, maximum: pages }, 'memory');
  } else {
    const { pages, shared, maximum = pages } = memory;
    builder.importMemory(memory.import, 'memory', shared ? { initial: pages, maximum, shared } : { initial: pages });
  }
  const math = new Map<MathFunction, number>();
  for (const name of usedMath(module)) math.set(name, builder.function(name, mathType, (body) => writeMath(name, body)));
  const functions = new Map<KernelFunction, number>();
  for (const kernel of module.functions) {
    const type: FunctionType = { params: kernel.params.map(() => 'i32'), results: [] };
    const write = (body: FunctionBody): void => writeStmts(kernel.body, { body, locals: placeLocals(kernel, body), functions, math, relaxed: (options.relaxed ?? false) && !waitsForSums(kernel) });
    functions.set(kernel, builder.function(kernel.name, type, write));
  }
  for (const [name, stages] of module.programs) {
    builder.function(name, { params: [], results: [] }, (body) => writeProgram(stages, functions, body), { exported: true });
    if (options.stages) {
      builder.function(`${name}_stage`, { params: ['i32', 'i32'], results: [] }, (body) => writeStages(stages, functions, body), { exported: true });
    }
  }
  if (options.weights !== 'separate') {
    for (const { offset, data } of module.segments) {
      builder.data(offset * elementBytes, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  return builder.encode();
}

/** Locals of one type stand together, which the binary format writes as one run. */
function placeLocals(kernel: KernelFunction, body: FunctionBody): ReadonlyMap<Local, number> {
  const places = new Map<Local, number>();
  for (const [position, param] of kernel.params.entries()) places.set(param, body.param(position));
  for (const type of ['i32', 'f32', 'vec'] as const) {
    for (const local of kernel.locals) {
      if (local.type === type && !places.has(local)) places.set(local, body.local(valueType[type]));
    }
  }
  return places;
}

function writeProgram(stages: readonly Stage[], functions: ReadonlyMap<KernelFunction, number>, body: FunctionBody): void {
  const counted = stages.some((stage) => stage.items.some((item) => item.tasks > 1));
  const task = counted ? body.local('i32') : -1;
  for (const { entry, tasks } of stages.flatMap((stage) => stage.items)) {
    const callee = present(functions.get(entry), entry.name);
    if (tasks === 1) {
      body.emit('i32.const', 0).call(callee);
    } else if (tasks > 1) {
      body.emit('i32.const', 0).emit('local.set', task);
      body.loop((again) => {
        body.emit('local.get', task).call(callee);
        body.emit('local.get', task).emit('i32.const', 1).emit('i32.add').emit('local.tee', task);
        body.emit('i32.const', tasks).emit('i32.ne').brIf(again);
      });
    }
  }
}

/** A block a stage, one inside the other: the table branches to the end of a block, where its stage stands. */
function writeStages(stages: readonly Stage[], functions: ReadonlyMap<KernelFunction, number>, body: FunctionBody): void {
  const [stage, task] = [body.param(0), body.param(1)];
  const nest = (outer: readonly Stage[], ends: readonly Label[]): void => {
    const here = outer.at(-1);
    body.block((end) => {
      if (here) nest(outer.slice(0, -1), [end, ...ends]);
      else body.emit('local.get', stage).brTable(ends, end);
    });
    if (here) writeStage(here, task, functions, body);
    else body.emit('unreachable');
  };
  nest(stages, []);
}

function writeStage({ items }: Stage, task: number, functions: ReadonlyMap<KernelFunction, number>, body: FunctionBody): void {
  if (items.length === 0) body.emit('return');
  for (const [i, { entry, tasks }] of items.entries()) {
    const call = (): void => {
      body.emit('local.get', task).call(present(functions.get(entry), entry.name)).emit('return');
    };
    if (i === items.length - 1) {
      call();
    } else if (tasks > 0) {
      body.emit('local.get', task).emit('i32.const', tasks).emit('i32.lt_s').if(call);
      body.emit('local.get', task).emit('i32.const', tasks).emit('i32.sub').emit('local.set', task);
    }
  }
}
