// What can be wrong with a sweep: what is asked for, and its folder.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';
import { grouped } from '../../base/number-text.ts';

const messages = {
  form: (): string => 'expected NAME=VALUES',
  values: (found: string, expected: string): string => `found ${found}, expected ${expected}`,
  none: (name: string): string => `there are no values for \`${name}\``,
  equal: (name: string, value: number | string): string => `\`${name}\` is to be ${value} twice`,
  'set-twice': (name: string): string => `\`${name}\` is set twice`,
  'nothing-set': (): string => 'a sweep is over the values of something, and nothing is set',
  'unknown-name': (file: string, name: string): string => `${file} has no constant \`${name}\``,
  'no-seed': (found: number): string => `a seed cannot be ${found}: it is a whole number from 0 to 4294967295`,
  'same-run': (name: string, other: string): string => `\`${name}\` and \`${other}\` are the same run`,
  many: (runs: number, most: number): string => `these are ${grouped(runs)} runs; more than ${grouped(most)} have to be confirmed`,
  'not-a-sweep': (folder: string, found: string): string => `${folder} is not the folder of a sweep: it holds ${found} and no sweep.json`,
  corrupt: (file: string, why: string): string => `${file} is corrupt: ${why}`,
  version: (folder: string, found: string, expected: string): string => `the runs in ${folder} are of version ${found} of training, and this ssl-compile trains by version ${expected}: their weights would differ`,
  'nothing-held-out': (): string => 'nothing is chosen without a held-out error, and no sample is held out',
};

export const sweepDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('sweep', messages);
