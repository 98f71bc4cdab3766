// What can be wrong with the files of a command: reading them, writing artefacts, modules. weight-diagnostics.ts has
// what can be wrong with weights.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';

const fileMessages = {
  unreadable: (file: string, why: string): string => `cannot read ${file}: ${why}`,
  'not-text': (file: string): string => `${file} is not text in UTF-8`,
  'too-large': (file: string, found: number, limit: number): string => `${file} has ${found} bytes, at most ${limit} are read`,
  'not-writable': (path: string, why: string): string => `cannot write ${path}: ${why}`,
};
export const fileDiagnostics: DiagnosticTable<typeof fileMessages> = defineDiagnostics('file', fileMessages);

const moduleMessages = {
  'too-large': (network: string, bytes: number, most: number): string => `${network} needs ${bytes} bytes of memory, a module has at most ${most}`,
  'no-threads': (target: string): string => `modules of target ${target} run on one thread only`,
  threads: (what: string, threads: number): string => `${what} answers other bits on ${threads} threads than on one`,
  overflow: (network: string): string => `${network} answers what is no finite number, even in float64`,
  none: (folder: string): string => `${folder} holds no module that ssl-compile has built`,
  several: (folder: string, found: readonly string[]): string => `${folder} holds several modules: ${found.join(', ')}`,
  broken: (file: string, why: string): string => `${file} does not run: ${why}`,
  commonjs: (who: string, file: string, manifest: string): string => `${who} takes ${file} for CommonJS and does not load it: ${manifest} "type": "module"`,
  record: (file: string, field: string): string => `${file} does not say how it was built: \`${field}\` of its meta is missing or wrong`,
  'no-classifier': (file: string): string => `${file} is no classifier`,
  unclear: (file: string, field: string): string => `${file} does not say what it takes and answers: \`${field}\` is missing or wrong`,
  'and-run': (folder: string, found: readonly string[]): string => `${folder} holds a run and a module as well: ${found.join(', ')}`,
  'no-package': (name: string, folder: string): string => `the module runs in ${name}, which is not installed in ${folder}`,
  version: (file: string, asked: string, runs: string): string => `${file} runs its ${runs} version where the ${asked} one was asked for`,
  target: (file: string, target: string): string => `${file} was built for target ${target}, which this compiler does not have`,
  changed: (file: string, offset: number): string => `${file} is not what this compiler builds from these weights: it differs from byte ${offset} on`,
  'other-weights': (file: string, weights: string): string => `${file} was built from other weights than ${weights}`,
  'other-source': (file: string, source: string): string => `${file} was built from another source than ${source}`,
  interface: (file: string, found: number, expected: number): string => `${file} takes or answers ${found} numbers, expected ${expected}`,
  outputs: (what: string, difference: string, bound: string): string => `${what} answers what differs from the reference by ${difference} where at most ${bound} is rounding`,
  layer: (layer: string, difference: string, bound: string): string => `layer ${layer} differs from the reference by ${difference} where at most ${bound} is rounding`,
};
export const moduleDiagnostics: DiagnosticTable<typeof moduleMessages> = defineDiagnostics('module', moduleMessages);
