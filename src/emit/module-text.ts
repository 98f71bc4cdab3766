// The text of an emitted ES module. Large constants stand at its end, out of a reader's way: `load` is called
// after the module was evaluated, so they are there by then.

import { documented } from './documented.ts';
import { literalBlock, literalText } from './literal.ts';
import type { Json } from './literal.ts';
import { plansOf, toldOf } from './module-facts.ts';
import type { ModuleFacts } from './module-facts.ts';
import { neededFunctions } from './runtime-functions.ts';
import type { RuntimeFunction } from './runtime-functions.ts';

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
  readonly runtime: readonly RuntimeFunction[];
}

export const header = '// Emitted by ssl-compile. Do not edit: build it again from its source instead.';

export function moduleText(facts: ModuleFacts, { constants, load, roots, rest, runtime }: ModuleParts): string {
  const { name: _, ...about } = toldOf(facts);
  const all: readonly (readonly [name: string, value: Json])[] = [['facts', { name: facts.name, build: facts.build, ...about }], ['plan', plansOf(facts)], ...constants];
  const takes = load.options.length > 0;
  const statements = [...(takes ? [`checkOptions(options, ${literalText(load.options)});`] : []), ...load.statements];
  const blocks = [
    header,
    ...all.map(([constant, value]) => `const ${constant} = ${literalBlock(value)};`),
    documented(load.doc, `export async function load(${takes ? 'options = {}' : ''}) {\n${statements.map((statement) => `  ${statement}\n`).join('')}}`),
    ...(roots.some((root) => nodeImporters.includes(root)) ? [importNode] : []),
    ...neededFunctions(runtime, [...(takes ? ['checkOptions'] : []), ...roots]),
    ...rest,
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Functions of the runtime that are given it. */
const nodeImporters: readonly string[] = ['readBeside', 'startThreads'];

/**
 * What reads files and starts workers in Node. Not of the runtime, since compilers of TypeScript rewrite imports of what they cannot
 * see; and what is imported is no literal, since bundlers for browsers would look for it.
 */
export const importNode: string = [
  '/** A module of Node itself. */',
  'function importNode(name) {',
  '  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);',
  '}',
].join('\n');
