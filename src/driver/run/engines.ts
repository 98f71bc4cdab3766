// What runs the steps of training, by name. Records load late what they run, for the list is read by the command line.

import type { startEngine } from '../../engine/engine.ts';
import type { EngineName } from './train-options.ts';

export type StartEngine = typeof startEngine;

export interface EngineRecord {
  /** Part of what a run is: its bits are the engine's. */
  readonly name: EngineName;
  /** A few words of help. */
  readonly doc: string;
  /** @throws DiagnosticError `run/no-engine`, `run/engine-fails` */
  readonly load: () => Promise<StartEngine>;
}

const wasm: EngineRecord = { name: 'wasm', doc: 'emitted code on threads', load: async () => (await import('../../engine/engine.ts')).startEngine };

const tfjs: EngineRecord = {
  name: 'tfjs',
  doc: 'TensorFlow.js, of the package @tensorflow/tfjs-node where you have installed it',
  load: async () => {
    const [{ loadTensorflow }, { startTfjsEngine }] = await Promise.all([import('./tfjs-package.ts'), import('../../engine/tfjs/tfjs-engine.ts')]);
    const tf = loadTensorflow();
    return (options, ops) => startTfjsEngine(tf, options, ops);
  },
};

/** The first is what is taken unless told. */
export const engines: readonly [EngineRecord, ...EngineRecord[]] = [wasm, tfjs];

/** @param name Absent: the first. */
export function engineOf(name: EngineName = engines[0].name): EngineRecord {
  return engines.find((each) => each.name === name) ?? engines[0];
}
