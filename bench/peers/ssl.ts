// Our own modules, built by the compiler: the files that a user gets are written, imported and run.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { present } from '../../src/base/invariant.ts';
import { runtimeFunctions } from '../../src/driver/build/runtime-functions.ts';
import { emitModule } from '../../src/emit/emit-module.ts';
import type { EmittedFile } from '../../src/emit/emit-module.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { Binding } from '../../src/ir/kernel.ts';
import { lowerDeployed, smallestCut } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import type { Net } from '../../src/runtime/net.ts';
import type { ThreadedNet } from '../../src/runtime/threads.ts';
import { jsTarget } from '../../src/targets/js/target.ts';
import type { KernelTarget } from '../../src/targets/kernel-target.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { endsInMap } from '../plain-network.ts';
import type { Peer } from './peer.ts';
import { runningAs, sslRun } from './ssl-run.ts';

export interface SslBuild {
  readonly files: readonly EmittedFile[];
  /** Where a layer alone has its output; see ssl-run.ts. */
  readonly positions: Int32Array | undefined;
}

export async function buildSsl(program: Program, target: KernelTarget, cutFrom?: number): Promise<SslBuild> {
  const kernels = lowerDeployed(program, ops, target.machine, undefined, cutFrom);
  const names = { name: 'Bench', file: 'bench' };
  const { files } = await emitModule({ target, kernels, ...names, layout: 'chw', inline: false, meta: {}, runtime: await runtimeFunctions() });
  return { files, positions: endsInMap(program) ? positionsIn(present(kernels.bindings.outputs[0], 'output')) : undefined };
}

/** The file that is imported, and that loads the others. */
export function mainOf(files: readonly EmittedFile[]): EmittedFile {
  return present(files.find(({ path }) => path.endsWith('.js')), 'ES module');
}

/** Bytes of a module up to which it is packed: weights hardly shrink, and those of AlexNet take half a minute. */
const MOST_PACKED = 2 ** 24;

async function loadFiles<Loaded = Net>(files: readonly EmittedFile[], options: object): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-bench-'));
  try {
    for (const { path, content } of files) writeFileSync(join(folder, path), content);
    const { load } = (await import(pathToFileURL(join(folder, mainOf(files).path)).href)) as { load: (options: object) => Promise<Loaded> };
    return await load(options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where each number of a binding lies in the view that starts at its first, in logical order. */
function positionsIn({ axes }: Binding): Int32Array {
  return Int32Array.from(axes.reduce<readonly number[]>((outer, axis) => outer.flatMap((at) => [...axis].map((step) => at + step)), [0]));
}

/** @param version Of the target's code, which `load` is to run. */
function sslPeer(name: string, target: KernelTarget, version: string): Peer {
  const { load } = present(target.versions.find((each) => each.name === version), version);
  return {
    name,
    prepare: async (program, input) => {
      const { files, positions } = await buildSsl(program, target);
      const net = runningAs(version, await loadFiles(files, load));
      // Declarations are for editors; they are not loaded.
      const loaded = files.filter(({ path }) => !path.endsWith('.d.ts'));
      const bytes = loaded.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
      return {
        ...sslRun(net, input, positions),
        bytes,
        ...(bytes <= MOST_PACKED && { gzipBytes: loaded.reduce((sum, { content }) => sum + gzipSync(content, { level: 9 }).length, 0) }),
        release: () => undefined,
      };
    },
  };
}

/** Strict, as every engine has it. */
export const sslWasm: Peer = sslPeer('ssl-wasm', wasmTarget, 'strict');
/** With relaxed SIMD, as `load` runs it unless told otherwise. */
export const sslRelaxed: Peer = sslPeer('ssl-relaxed', wasmTarget, 'relaxed');

const threadedTarget: KernelTarget = { ...wasmTarget, print: present(wasmTarget.printForThreads, 'threads') };

/** Whole, as a user runs it. @param threads Of a module that can run on several; absent: the relaxed version of one that cannot. */
export function sslThreads(threads?: number): Peer {
  return {
    name: threads === undefined ? 'ssl-relaxed' : `ssl-threads-${threads}`,
    prepare: async (program, input) => {
      const { files } = await (threads === undefined ? buildSsl(program, wasmTarget) : buildSsl(program, threadedTarget, smallestCut));
      const net = await loadFiles<Net | ThreadedNet>(files, threads === undefined ? {} : { threads });
      // One buffer for all runs: garbage of a megabyte each time would be collected while threads compute.
      const result = await net.run(input);
      return {
        run: async () => {
          await net.run(input, result);
        },
        output: () => result,
        release: () => ('close' in net ? net.close() : undefined),
      };
    },
  };
}
export const sslJs: Peer = sslPeer('ssl-js', jsTarget, 'js');
