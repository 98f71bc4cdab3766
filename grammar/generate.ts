// Writes the generated files of this folder, or with --check says which are stale.
//
//   npm run grammar            write
//   npm run grammar -- --check exit 1 if a file is not as it would be written

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ebnf } from './ebnf.ts';
import { railroadPage } from './railroad.ts';
import { textMate } from './text-mate.ts';

/** The generated files by name. */
export function generated(): ReadonlyMap<string, string> {
  return new Map([
    ['ssl.ebnf', ebnf()],
    ['railroad.html', railroadPage()],
    ['ssl.tmLanguage.json', textMate()],
  ]);
}

/** Names of the files that differ from what would be written. */
export function stale(): string[] {
  return [...generated()].filter(([name, text]) => readOrNothing(name) !== text).map(([name]) => name);
}

function readOrNothing(name: string): string | undefined {
  try {
    return readFileSync(new URL(name, import.meta.url), 'utf8');
  } catch {
    return undefined;
  }
}

function wantsCheck(): boolean {
  try {
    return parseArgs({ options: { check: { type: 'boolean', default: false } } }).values.check;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\nusage: npm run grammar -- [--check]`);
    process.exit(2);
  }
}

if (import.meta.main) {
  if (wantsCheck()) {
    const names = stale();
    if (names.length > 0) {
      console.error(`stale: ${names.map((name) => `grammar/${name}`).join(', ')}; run: npm run grammar`);
      process.exitCode = 1;
    }
  } else {
    for (const [name, text] of generated()) writeFileSync(new URL(name, import.meta.url), text);
  }
}
