// What can be wrong with a queue: how it is named, the packages that it needs, its server, and who else uses it. No message holds
// a password.

import { defineDiagnostics } from '../../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../../base/diagnostic.ts';
import { formatBytes } from '../../../base/number-text.ts';

const messages = {
  url: (): string => 'what --queue names is not the address of a Redis server',
  name: (): string => 'the name of a queue has 1 to 64 letters, digits, `-`, `_` and `.`, the first of them a letter or digit',
  'no-package': (names: readonly string[], folder: string): string => `sweeps over Redis need the package${names.length === 1 ? '' : 's'} ${names.join(' and ')}, which ${names.length === 1 ? 'is' : 'are'} not installed in ${folder}`,
  unreachable: (place: string, why: string): string => `${place} cannot be reached: ${why}`,
  refused: (place: string, why: string): string => `${place} does not let us in: ${why}`,
  old: (place: string, found: string, expected: string): string => `${place} runs Redis ${found}, and ${expected} or later is needed`,
  evicting: (place: string, policy: string): string => `${place} has maxmemory-policy ${policy}: when its memory is full it would drop jobs and results`,
  cluster: (place: string): string => `${place} is a node of a cluster, which a queue cannot lie on`,
  version: (queue: string, found: string, expected: string): string => `${queue} is of ${found}, and this is ${expected}`,
  command: (place: string, why: string): string => `${place} refuses a command: ${why}`,
  'too-large': (found: number, most: number): string => `the files of a run are ${formatBytes(found)}, and at most ${formatBytes(most)} go through a queue`,
  damaged: (what: string): string => `what came through the queue is damaged: ${what}`,
  other: (found: string, expected: string): string => `training came to be run ${found} in place of ${expected}: the data is not what it was when it was looked at`,
};

export const queueDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('queue', messages);
