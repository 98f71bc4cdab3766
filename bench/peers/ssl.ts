// Our own modules, built by the compiler: the files that a user gets are written, imported and run.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { present } from '../../src/base/invariant.ts';
import { runtimeTexts } from '../../src/driver/build/runtime-texts.ts';
import { emitModule } from '../../src/emit/emit-module.ts';
import type { EmittedFile } from '../../src/emit/emit-module.ts';
import type { Program } from '../../src/ir/graph.ts';
import type { Binding, KernelModule } from '../../src/ir/kernel.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import type { Net } from '../../src/runtime/net.ts';
import { jsTarget } from '../../src/targets/js/target.ts';
import type { KernelTarget } from '../../src/targets/target.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { endsInMap } from '../plain-network.ts';
import type { Peer, PreparedRun } from './peer.ts';

interface SslBuild {
  readonly kernels: KernelModule;
  readonly files: readonly EmittedFile[];
}

async function buildSsl(program: Program, target: KernelTarget): Promise<SslBuild> {
  const kernels = lowerDeployed(program, ops, target.machine);
  const names = { name: 'Bench', file: 'bench', input: 'input', output: 'output' };
  const { files } = await emitModule({ target, kernels, ...names, layout: 'chw', inline: false, meta: {}, runtime: runtimeTexts() });
  return { kernels, files };
}

/** Bytes of a module up to which it is packed: weights hardly shrink, and those of AlexNet take half a minute. */
const MOST_PACKED = 2 ** 24;

async function loadFiles(files: readonly EmittedFile[]): Promise<Net> {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-bench-'));
  try {
    for (const { path, content } of files) writeFileSync(join(folder, path), content);
    const main = present(files.find(({ path }) => path.endsWith('.js')), 'ES module');
    const { load } = (await import(pathToFileURL(join(folder, main.path)).href)) as { load: () => Promise<Net> };
    return await load();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where each number of a binding lies in the view that starts at its first, in logical order. */
function positionsIn({ axes }: Binding): Int32Array {
  return Int32Array.from(axes.reduce<readonly number[]>((outer, axis) => outer.flatMap((at) => [...axis].map((step) => at + step)), [0]));
}

/** Through `run`, as a user calls it. */
function wholeRun(net: Net, input: Float32Array): Pick<PreparedRun, 'run' | 'output'> {
  let result: Float32Array = new Float32Array();
  return {
    run: () => {
      result = net.run(input);
    },
    output: () => result,
  };
}

/** In the layouts the kernels use: image copied in, map copied out, nothing transposed. */
function nativeRun(net: Net, input: Float32Array, { bindings }: KernelModule): Pick<PreparedRun, 'run' | 'output'> {
  net.run(input);
  const image = net.input.slice();
  const positions = positionsIn(present(bindings.find(({ name }) => name === 'output'), 'output'));
  let result: Float32Array = new Float32Array();
  return {
    run: () => {
      net.input.set(image);
      net.compute();
      result = net.output.slice();
    },
    output: () => Float32Array.from(positions, (position) => result[position] as number),
  };
}

function sslPeer(target: KernelTarget): Peer {
  return {
    name: `ssl-${target.name}`,
    prepare: async (program, input) => {
      const { kernels, files } = await buildSsl(program, target);
      const net = await loadFiles(files);
      // Declarations are for editors; they are not loaded.
      const loaded = files.filter(({ path }) => !path.endsWith('.d.ts'));
      const bytes = loaded.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
      return {
        ...(endsInMap(program) ? nativeRun(net, input, kernels) : wholeRun(net, input)),
        bytes,
        ...(bytes <= MOST_PACKED && { gzipBytes: loaded.reduce((sum, { content }) => sum + gzipSync(content, { level: 9 }).length, 0) }),
        release: () => undefined,
      };
    },
  };
}

export const sslWasm: Peer = sslPeer(wasmTarget);
export const sslJs: Peer = sslPeer(jsTarget);
