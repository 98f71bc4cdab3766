// What can be wrong with a record of tuning.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';

const messages = {
  corrupt: (file: string, found: string, expected: string): string => `${file} is no record of tuning: found ${found}, expected ${expected}`,
  version: (file: string, found: number, expected: number, compiler: string): string => `${file} holds schedules of version ${found}, from ${compiler}; this compiler has version ${expected}`,
  network: (file: string, network: string): string => `${file} was measured on another network than ${network} as it is here: its name, its layers or what pruning has left of them differ`,
  target: (file: string, measured: string, target: string): string => `${file} was measured for target ${measured}, this build is for ${target}`,
  options: (file: string, measured: string, asked: string): string => `${file} was measured for a build with ${measured}, this one has ${asked}`,
  taken: (file: string, found: string, network: string): string => `${file} is the record of network ${found}, and that of ${network} would take its place`,
  unused: (file: string): string => `${file} is a record of tuning, and this build does not use it`,
  changed: (file: string, found: string, expected: string): string => `${file} is not the record that the module beside it was built with: its sha256 is ${found}, expected ${expected}`,
  'no-schedules': (target: string): string => `target ${target} has no schedules to measure`,
};
export const tuningDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('tuning', messages);
