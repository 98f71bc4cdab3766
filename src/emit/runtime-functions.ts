// The functions of the runtime, of which a module takes what it needs.

import { invariant } from '../base/invariant.ts';

/** A function of src/runtime as JavaScript, without `export` and documentation: modules are to be small. */
export interface RuntimeFunction {
  readonly name: string;
  readonly text: string;
  /** Those of the runtime that it calls. */
  readonly calls: readonly string[];
}

/** The texts of the functions in `roots` and of those they call, in the order of the runtime. */
export function neededFunctions(runtime: readonly RuntimeFunction[], roots: readonly string[]): readonly string[] {
  const functions = new Map(runtime.map((fn) => [fn.name, fn]));
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    const found = functions.get(name);
    invariant(found, () => `the runtime has no function ${name}`);
    for (const called of found.calls) need(called);
  };
  for (const root of roots) need(root);
  return runtime.flatMap(({ name, text }) => (needed.has(name) ? [text] : []));
}
