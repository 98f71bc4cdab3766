// A kernel module as plain JavaScript: one function that makes the programs over a heap.
//
//   function createKernels(heap) {
//     const F = new Float32Array(heap);
//     const I = new Int32Array(heap);
//     function k0_conv1(task_0) { ... }
//     function run() { ... }
//     return { run };
//   }

import { invariant, present } from '../../base/invariant.ts';
import type { KernelFunction, KernelModule, Stage } from '../../ir/kernel.ts';
import { CodeWriter } from '../code-writer.ts';
import { printStmts } from './statement.ts';
import { functionName, localName } from './text.ts';

/** The text of `createKernels`. The heap is an ArrayBuffer of `elements` times four bytes, its segments in place. */
export function printJs(module: KernelModule): string {
  const out = new CodeWriter();
  const functions = new Map(module.functions.map((kernel, i) => [kernel, functionName(kernel, i)]));
  const programs = [...module.programs.keys()];
  out.block('function createKernels(heap)', () => {
    out.line('const F = new Float32Array(heap);');
    out.line('const I = new Int32Array(heap);');
    for (const kernel of module.functions) printKernel(kernel, functions, out);
    for (const [name, stages] of module.programs) printProgram(name, stages, functions, out);
    out.line(`return { ${programs.join(', ')} };`);
  });
  return out.toString();
}

function printKernel(kernel: KernelFunction, functions: ReadonlyMap<KernelFunction, string>, out: CodeWriter): void {
  const params = kernel.params.map(localName);
  const locals = kernel.locals.filter((local) => !kernel.params.includes(local)).map(localName);
  out.line('');
  out.block(`function ${present(functions.get(kernel), kernel.name)}(${params.join(', ')})`, () => {
    if (locals.length > 0) out.list('let', locals.map((name) => `${name} = 0`));
    printStmts(kernel.body, { out, functions });
  });
}

function printProgram(name: string, stages: readonly Stage[], functions: ReadonlyMap<KernelFunction, string>, out: CodeWriter): void {
  invariant(/^[a-z]\w*$/.test(name), () => `program name ${JSON.stringify(name)}`);
  out.line('');
  out.block(`function ${name}()`, () => {
    for (const { entry, tasks } of stages.flatMap((stage) => stage.items)) {
      const callee = present(functions.get(entry), entry.name);
      if (tasks === 1) out.line(`${callee}(0);`);
      else out.line(`for (let task = 0; task < ${tasks}; task++) ${callee}(task);`);
    }
  });
}
