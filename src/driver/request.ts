// What callers may ask for: limits that the command line shares, and the library's checks.

import { defineDiagnostics, fail } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';
import { didYouMean } from '../base/suggest.ts';

/** A batch beyond this is a slip of the pen. */
export const mostSamples = 65_536;
/** Worker threads beyond this are a slip of the pen. */
export const mostWorkers = 64;

const messages = {
  integer: (name: string, found: number, most: number): string => `${name} is ${found}, expected an integer from 1 to ${most}`,
  name: (name: string, found: string): string => `there is no ${name} "${found}"`,
};
const requestDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('request', messages);

/** @throws DiagnosticError `request/integer` */
export function checkInteger(name: string, found: number, most: number): void {
  if (!Number.isInteger(found) || found < 1 || found > most) fail(requestDiagnostics.integer({ args: [name, found, most] }));
}

/** @throws DiagnosticError `request/name` */
export function findNamed<Item extends { readonly name: string }>(what: string, name: string, known: readonly Item[]): Item {
  const names = known.map((item) => item.name);
  return known.find((item) => item.name === name) ?? fail(requestDiagnostics.name({ args: [what, name], help: didYouMean(name, names) }));
}
