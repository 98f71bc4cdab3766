// Candidates of suite `browser` in the page: each made ready from its parts. Libraries are imported from where the bench
// serves the packages, each when its first case comes.

import type { Net } from '../../src/runtime/net.ts';
import { prepareLiteRt, prepareLiteRtResident } from '../peers/litert-run.ts';
import type { LiteRt } from '../peers/litert-run.ts';
import { prepareOrtWeb } from '../peers/ort-run.ts';
import type { Ort } from '../peers/ort-run.ts';
import type { PreparedRun } from '../peers/peer.ts';
import { runningAs, sslRun } from '../peers/ssl-run.ts';
import { prepareTfjs } from '../peers/tfjs-run.ts';
import { startTf } from '../peers/tfjs.ts';
import type { Tf, TfWasm } from '../peers/tfjs.ts';
import type { Candidate, PageEntrant, Parts } from './parts.ts';

const packages = '/packages/';

/** Loads once. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

const liteRt = once(async () => {
  const library = await importFrom<LiteRt>(`${packages}@litertjs/core/dist/index.js`);
  await library.loadLiteRt(`${packages}@litertjs/core/wasm/`);
  return library;
});

const ort = once(async () => {
  const folder = `${packages}onnxruntime-web/dist/`;
  const library = await importFrom<Ort>(`${folder}ort.wasm.min.mjs`);
  library.env.wasm.wasmPaths = folder;
  return library;
});

interface PageTf extends Tf {
  readonly wasm: TfWasm;
  readonly env: () => { set(flag: string, value: boolean): void };
}

const tf = once(async () => {
  const folder = `${packages}@tensorflow/tfjs-backend-wasm/`;
  await runScript(`${packages}@tensorflow/tfjs-core/dist/tf-core.min.js`);
  await runScript(`${folder}dist/tf-backend-wasm.min.js`);
  const { tf: library } = globalThis as unknown as { readonly tf: PageTf };
  library.wasm.setWasmPaths(`${folder}wasm-out/`);
  // One thread has no use for atomics.
  library.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  return startTf(library, library.wasm);
});

const starters: { readonly [Name in Candidate]: (parts: Parts[Name]) => Promise<PreparedRun> } = {
  'ssl-wasm': async (parts) => prepareSsl(parts, 'strict'),
  'ssl-relaxed': async (parts) => prepareSsl(parts, 'relaxed'),
  litert: async (parts) => prepareLiteRt(await liteRt(), parts),
  'litert-resident': async (parts) => prepareLiteRtResident(await liteRt(), parts),
  'ort-web': async (parts) => prepareOrtWeb(await ort(), parts),
  'tfjs-wasm': async (parts) => prepareTfjs(await tf(), parts),
};

async function prepareSsl({ module, input, positions }: Parts['ssl-wasm'], version: 'strict' | 'relaxed'): Promise<PreparedRun> {
  const { load } = await importFrom<{ load: (options: { relaxed: boolean }) => Promise<Net> }>(module);
  return { ...sslRun(runningAs(version, await load({ relaxed: version === 'relaxed' })), input, positions), release: () => {} };
}

export function prepareEntrant({ name, parts }: PageEntrant): Promise<PreparedRun> {
  // The name says which parts they are, which a look-up by it does not tell the type checker.
  return (starters[name] as (given: typeof parts) => Promise<PreparedRun>)(parts);
}

async function importFrom<Module>(address: string): Promise<Module> {
  return (await import(address)) as Module;
}

function runScript(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error(`${address} does not load`)));
    document.head.append(script);
  });
}
