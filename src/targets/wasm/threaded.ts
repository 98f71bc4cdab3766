// Printed WebAssembly that runs on several threads: the file of `printed.ts`, out of which its code comes for a shared
// memory too, and a file of the workers.

import { present } from '../../base/invariant.ts';
import type { LoadOption } from '../../emit/declarations.ts';
import type { PrintedKernels } from '../../emit/kernel-printer.ts';
import { literalBlock } from '../../emit/literal.ts';
import { partConstant } from '../../emit/part.ts';
import { workerStartText, workerText } from '../../emit/worker.ts';
import type { KernelModule } from '../../ir/kernel.ts';
import type { SharedCode } from '../../runtime/threads.ts';
import type { TwoVersions } from './encoder/second-code.ts';
import { withSharedCode } from './encoder/shared-code.ts';
import { wasmPages } from './print.ts';
import { carriedWasm, printVersions, startVersion, versions } from './printed.ts';

/** The custom section that holds what the shared version has of its own. */
const sharedSection = 'ssl-compile shared';

const threadsOption: LoadOption = {
  name: 'threads',
  type: 'number',
  doc: 'Threads to run on, 1 to 64: 1 unless given; take no more than the machine has cores. The answers are the same bits.\nMore than one are workers that share memory, so a page has to be cross-origin isolated. A network too small to gain\nby them runs on fewer: `meta.threads` tells.',
  isFile: false,
};

/** A file, and what of it threads run. Types and no interfaces, so that they are JSON too. */
export interface ThreadedCode extends TwoVersions {
  readonly shared: { [Field in keyof SharedCode]: SharedCode[Field] };
  readonly stages: readonly { readonly tasks: number; readonly points: number }[];
}

export function threadedCode(module: KernelModule, weights: 'inside' | 'separate'): ThreadedCode {
  const { bytes: file, second } = printVersions(module, weights, true);
  const pages = wasmPages(module);
  const { bytes, shared, segments } = withSharedCode(file, sharedSection, pages, ['ssl', 'memory']);
  const data = segments.map((from, i): readonly [to: number, from: number, length: number] => {
    const segment = present(module.segments[i], 'segment');
    return [4 * segment.offset, from, segment.data.byteLength];
  });
  return {
    bytes,
    second,
    shared: { strict: shared([[0]]), relaxed: shared(second), pages, data },
    stages: present(module.programs.get('run'), 'program run').map(({ items, points }) => ({ tasks: items.reduce((sum, { tasks }) => sum + tasks, 0), points })),
  };
}

export function printedForThreads(module: KernelModule, weights: 'inside' | 'separate'): PrintedKernels {
  const { bytes, second, shared, stages } = threadedCode(module, weights);
  return {
    content: bytes,
    carry: (build, place, runtime, aboard) => {
      const { options, statements, start, roots, rest, ...parts } = carriedWasm(build, bytes, second, place, aboard);
      const worker = place(new TextEncoder().encode(workerText('serveThread', build, runtime)), 'worker.js');
      return {
        ...parts,
        options: [...options, threadsOption],
        statements: [
          'const threads = threadsFor(options, stages);',
          ...statements,
          'const { memory, compute, runs, close } = threads > 1',
          '  ? await startThreads(file, facts.build, relax, shared, stages, threads, startWorker)',
          `  : ${start};`,
        ],
        compute: 'compute',
        versions,
        inThreads: true,
        roots: [...roots, 'threadsFor', 'startThreads'],
        rest: [`const stages = ${literalBlock(stages)};`, `const shared = ${literalBlock(shared)};`, workerStartText(worker), ...partConstant('worker', worker), ...rest],
      };
    },
    start: (version) => startVersion(bytes, second, version),
  };
}
