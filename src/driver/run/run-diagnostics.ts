// What can be wrong with a run of training and its folder.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';

const messages = {
  'no-train': (file: string): string => `${file} does not say how to train: it has no \`train\` block`,
  batch: (phases: readonly string[], batch: number, byDefault: boolean, samples: number, heldOut: number): string => {
    const taken = `${phases.join(', ')} ${phases.length > 1 ? 'take' : 'takes'} batches of ${batch}${byDefault ? ', as none is written' : ''}`;
    return `${taken}, but there ${samples === 1 ? 'is 1 sample' : `are ${samples} samples`} to train on${heldOut > 0 ? `, ${heldOut} held out` : ''}`;
  },
  'constant-channel': (channels: readonly number[]): string =>
    `of channel${channels.length === 1 ? '' : 's'} ${channels.join(', ')} of the training samples nothing is left once the mean is subtracted: the deviation counts as 1`,
  'no-class': (name: string, heldOut: number): string => `class ${name} has no samples to train on${heldOut > 0 ? `, ${heldOut} of all held out` : ''}: weights that balance the classes have none for it`,
  'nothing-held-out': (phase: string, samples: number): string => `\`${phase}\` goes by the held-out error, but of ${samples} training samples none is held out`,
  'budget-beyond': (budget: string, limit: string, least: string): string => `\`keep ${budget}\` is at most ${limit}, less than is left with a single group of each penalty: ${least}`,
  'no-strength': (budget: string, limit: string, factors: readonly number[], nearest: string): string => `no factor of the strengths was found for \`keep ${budget}\`, at most ${limit}: ${factors.join(', ')} were tried, and ${nearest}`,
  'no-engine': (name: string, folder: string): string => `engine tfjs is the package ${name}, which is not installed in ${folder}`,
  'engine-fails': (path: string, node: string, why: string): string => `${path} does not run on Node ${node}: ${why}`,
  'not-empty': (folder: string): string => `${folder} is not empty`,
  'not-a-run': (folder: string, found: string): string => `${folder} is not the folder of a run: it holds ${found} and no checkpoint.json`,
  'in-use': (folder: string, holder: string): string => `${folder} is being trained in by ${holder}`,
  'foreign-lock': (path: string): string => `${path} is not the lock of a run: a folder that holds who trains there`,
  'lock-lost': (folder: string): string => `${folder} is no longer locked for this run: its lock was removed, or another process took it over`,
  different: (folder: string, what: string, found: string, expected: string): string => `${folder} was begun with another ${what}: it was ${found}, and is ${expected} now`,
  overridden: (folder: string, what: string, found: string, written: string): string => `${folder} was trained with another ${what} than its source says: ${found}, not ${written}`,
  version: (file: string, found: string, expected: string): string => `${file} was written by another version of ssl-compile: its format is ${found}, this one's is ${expected}`,
  earlier: (file: string, field: string): string => `${file} was written by an earlier version of ssl-compile: it does not say \`${field}\``,
  changed: (file: string, why: string): string => `${file} is not as training left it: ${why}`,
  reserved: (path: string): string => `\`${path}\` cannot be imported by what is trained`,
  'random-start': (phase: string): string => `\`${phase}\` begins with random weights: no phase before it trains them`,
  corrupt: (file: string, found: string, expected: string): string => `${file} is corrupt: found ${found}, expected ${expected}`,
  'not-writable': (file: string, why: string): string => `cannot write ${file}: ${why}`,
};

export const runDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('run', messages);
