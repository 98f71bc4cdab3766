// What may be wrong with graph text that did not come from our printer.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';

const messages = {
  syntax: (found: string, expected: string): string => `found ${found}, expected ${expected}`,
  'unknown-value': (name: string): string => `${name} is not defined before it is read`,
  'duplicate-node': (name: string): string => `${name} is defined twice`,
  'duplicate-attribute': (name: string): string => `attribute "${name}" is given twice`,
  'too-large': (what: string, found: number, most: number): string => `${what}: found ${found}, the limit is ${most}`,
};

export const irDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('ir', messages);
