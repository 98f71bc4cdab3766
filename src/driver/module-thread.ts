// Runs a shipped module in a thread of its own, because nobody knows what its code does: it may end its
// process, throw later on, or never answer. This file is both sides: `startModule` in the thread that asks, and
// what the worker does when it is started on this file.

import { once } from 'node:events';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fail } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import { messageOf } from './system-error.ts';
import { moduleDiagnostics } from './diagnostics.ts';
import { copyModule } from './module-copy.ts';
import { loadModule, needsGpujs } from './shipped-module.ts';
import type { ModuleClaims, ShippedModule } from './shipped-module.ts';
import { gpujsOptions } from './start-gpujs.ts';

export interface ModuleThread {
  /** What the module tells of itself. */
  readonly claims: ModuleClaims;
  /** @param patience In milliseconds. @throws DiagnosticError `module/broken` */
  readonly run: (input: Float32Array | Float64Array, patience: number) => Promise<Float32Array>;
  readonly close: () => Promise<void>;
}

/** Tells a worker of ours from one that another library started on a bundle of this file. */
const role = 'ssl-compile shipped module';

interface Setup {
  readonly role: typeof role;
  /** The ES module. */
  readonly file: string;
  readonly gpujs: boolean;
}

/** @param patience In milliseconds. @throws DiagnosticError `module/broken`, `module/no-gpujs`, `file/*` */
export async function startModule(module: ShippedModule, patience: number): Promise<ModuleThread> {
  // What the user has to install is said from here, where a diagnostic stays one.
  const gpujs = needsGpujs(module);
  if (gpujs) await gpujsOptions();
  const copy = copyModule(module);
  const setup: Setup = { role, file: copy.file, gpujs };
  // What the module prints is kept off our own output.
  const worker = new Worker(new URL(import.meta.url), { workerData: setup, stdout: true, stderr: true });
  const ended = new Promise<never>((_, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('it ends before it has answered')));
  });
  const close = async (): Promise<void> => {
    await worker.terminate();
    copy.remove();
  };
  // Seen by whoever waits for an answer; until then it is nobody's.
  ended.catch(() => {});
  const answer = async (within: number): Promise<unknown> => {
    const signal = AbortSignal.timeout(Math.ceil(within));
    try {
      const [message] = (await Promise.race([once(worker, 'message', { signal }), ended])) as unknown[];
      return message;
    } catch (error) {
      await close();
      const why = signal.aborted ? `no answer within ${Math.ceil(within / 1000)} s` : copy.translate(messageOf(error));
      return fail(moduleDiagnostics.broken({ args: [join(module.folder, `${module.name}.js`), why] }));
    }
  };
  return {
    claims: claimsOf(await answer(patience)),
    run: async (input, within) => {
      worker.postMessage(input);
      const output = await answer(within);
      // The module's code can send messages, too.
      return output instanceof Float32Array ? output : new Float32Array();
    },
    close,
  };
}

/** The module's code can send messages, too. */
function claimsOf(message: unknown): ModuleClaims {
  return typeof message === 'object' && message !== null ? message : {};
}

function isSetup(data: unknown): data is Setup {
  return typeof data === 'object' && data !== null && 'role' in data && data.role === role;
}

async function serve({ file, gpujs }: Setup): Promise<never> {
  const port = present(parentPort, 'port of a worker');
  const net = await loadModule(file, gpujs);
  const { name, inputShape, outputShape, labels, meta } = net;
  port.postMessage({ name, inputShape, outputShape, labels, meta });
  for (;;) {
    // The port is listened to only here, so that a thread with nothing more to do ends.
    const [input] = (await once(port, 'message')) as [Float32Array | Float64Array];
    port.postMessage(Float32Array.from(await net.run(input)));
  }
}

if (!isMainThread && isSetup(workerData)) void serve(workerData);
