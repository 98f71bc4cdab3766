// The rule of floors over src/: a file imports only from its own floor and those above it in `floors`.
// `npm run lint` runs this file; floors.test.ts plants violations and sees each one caught.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { ts } from 'ts-morph';

export const floors = [
  'base', 'ir', 'syntax', 'ops', 'sparsity', 'passes', 'train', 'check', 'onnx', 'torch', 'lower', 'runtime', 'emit', 'targets',
  'engine', 'data', 'report', 'driver', 'cli',
] as const;

/** The files outside driver and cli that reach Node: what each may import there. */
const nodeDoors: ReadonlyMap<string, string> = new Map([
  ['engine/node-threads.ts', 'node:worker_threads'],
  ['engine/sample-files.ts', 'node:fs'],
]);

/**
 * The file of a floor that lists its members, which never import one another. (Targets are members by being
 * folders: a file beside those folders may list them.)
 */
const listOf: ReadonlyMap<string, string> = new Map([['ops', 'ops/index.ts'], ['passes', 'passes/pipeline.ts']]);

/** What members are made to: they and their list may import it. */
const contracts: ReadonlySet<string> = new Set(['passes/pass.ts']);

interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
}

function importsOf(text: string): Import[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    specifier: fileName,
    line: text.slice(0, pos).split('\n').length,
  }));
}

/** `targets/wasm/print.ts` -> `targets/wasm`; members of other floors are files. */
function memberOf(file: string): string {
  return file.startsWith('targets/') ? file.split('/').slice(0, 2).join('/') : file;
}

function resolve(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier);
}

/** `file:line` and what is wrong there, for every violation under the folder `src`. */
export function floorViolations(src: string): string[] {
  const files = globSync('**/*.ts', { cwd: src }).map((file) => file.replaceAll('\\', '/')).toSorted();
  const imports = new Map(files.map((file) => [file, importsOf(readFileSync(path.join(src, file), 'utf8'))]));

  /** Members of a floor; a floor without its list is taken to consist of members only. */
  const listed = new Map(
    [...listOf].map(([floor, list]) => {
      const found = existsSync(path.join(src, list))
        ? (imports.get(list) ?? []).map(({ specifier }) => resolve(list, specifier))
        : files.filter((file) => file.startsWith(`${floor}/`));
      return [floor, new Set(found.filter((file) => !contracts.has(file)).map(memberOf))];
    }),
  );
  const isMember = (file: string): boolean => {
    const [floor = '', ...rest] = file.split('/');
    return floor === 'targets' ? rest.length > 1 : (listed.get(floor)?.has(memberOf(file)) ?? false);
  };

  const faultOf = (file: string, { specifier }: Import): string | undefined => {
    const from = file.split('/')[0] ?? '';
    if (file === 'index.ts') return undefined; // the package's entry stands below them all
    const height = floors.findIndex((floor) => floor === from);
    if (height < 0) return 'is on no floor';
    if (isBuiltin(specifier)) {
      if (from === 'driver' || from === 'cli' || nodeDoors.get(file) === specifier) return undefined;
      return `imports ${specifier}: only driver and cli reach files, clocks and processes`;
    }
    if (from === 'runtime' && !specifier.startsWith('./')) return `imports ${specifier}: what travels inside emitted modules imports nothing from outside`;
    if (!specifier.startsWith('.')) return undefined;
    const target = resolve(file, specifier);
    const to = target.split('/')[0] ?? '';
    if (target.startsWith('..')) return `imports ${specifier}: it is outside src`;
    if (floors.findIndex((floor) => floor === to) > height || target === 'index.ts') {
      return `imports ${to} from ${from}: a file imports only from floors above it`;
    }
    const lists = from === 'targets' ? !isMember(file) : file === listOf.get(from);
    if (from === to && !lists && memberOf(file) !== memberOf(target) && isMember(target)) {
      return `imports ${memberOf(target)}: members of ${from} do not import one another`;
    }
    return undefined;
  };

  return [...imports].flatMap(([file, found]) =>
    found.flatMap((each) => {
      const fault = faultOf(file, each);
      return fault === undefined ? [] : [`${path.posix.join('src', file)}:${each.line} ${fault}`];
    }),
  );
}

if (import.meta.main) {
  const violations = floorViolations(path.join(import.meta.dirname, '../../src'));
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
