// The text of an emitted ES module. Large constants stand at its end, out of a reader's way: `load` is called
// after the module was evaluated, so they are there by then.

import type * as TsMorph from 'ts-morph';
import { literalText, writeLiteral } from './literal.ts';
import type { Json } from './literal.ts';
import type { ModuleFacts } from './module-facts.ts';
import { morphProject } from './morph-project.ts';
import { runtimeFunctions } from './runtime-text.ts';

export interface ModuleParts {
  /** Constants beside `facts` and `plan`, which every module has. */
  readonly constants: readonly (readonly [name: string, value: Json])[];
  readonly load: {
    readonly doc: string;
    /** Names of what a caller may give. */
    readonly options: readonly string[];
    readonly statements: readonly string[];
  };
  /** Functions of the runtime that `load` calls. */
  readonly roots: readonly string[];
  /** What stands at the end. */
  readonly rest: readonly string[];
  /** Source texts of the runtime, TypeScript or JavaScript. */
  readonly runtime: readonly string[];
}

export const header = '// Emitted by ssl-compile. Do not edit: build it again from its source instead.';

export function moduleText(morph: typeof TsMorph, facts: ModuleFacts, { constants, load, roots, rest, runtime }: ModuleParts): string {
  const file = morphProject(morph).createSourceFile('module.js', `${header}\n`);
  const { input, output, range: _, name, build, ...about } = facts;
  const all: readonly (readonly [name: string, value: Json])[] = [['facts', { name, build, ...about }], ['plan', { input, output }], ...constants];
  for (const [constant, value] of all) {
    file.addStatements((writer) => {
      writer.newLine().write(`const ${constant} = `);
      writeLiteral(writer, value);
      writer.write(';');
    });
  }
  const takes = load.options.length > 0;
  file.addFunction({
    name: 'load',
    isAsync: true,
    isExported: true,
    parameters: takes ? [{ name: 'options', initializer: '{}' }] : [],
    docs: [load.doc],
    statements: [...(takes ? [`checkOptions(options, ${literalText(load.options)});`] : []), ...load.statements],
  });
  const functions = runtimeFunctions(morph, runtime, [...(takes ? ['checkOptions'] : []), ...roots]);
  return [file.getFullText().trimEnd(), ...(roots.includes('readBeside') ? [importNode] : []), ...functions, ...rest, ''].join('\n\n').replace(/\n+$/, '\n');
}

/**
 * What reads files in Node. Not of the runtime, since compilers of TypeScript rewrite imports of what they cannot
 * see; and what is imported is no literal, since bundlers for browsers would look for it.
 */
const importNode: string = [
  '/** A module of Node itself. */',
  'function importNode(name) {',
  '  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);',
  '}',
].join('\n');
