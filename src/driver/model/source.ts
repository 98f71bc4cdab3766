// An .ssl file and what it imports, from the disk to a checked model.

import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Source } from '../../base/span.ts';
import { check } from '../../check/check.ts';
import { parseProgram } from '../../check/program/imports.ts';
import type { ReadImport, Unread } from '../../check/program/imports.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { format } from '../../syntax/format.ts';
import { fileDiagnostics } from '../diagnostics.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { reasonOf } from '../../base/system-error.ts';
import { unwatched } from './watch.ts';
import type { Watch } from './watch.ts';

/** Enough for any text that the parser takes, in any encoding of UTF-8. */
const mostBytes = 2 ** 22;

/** @throws DiagnosticError `file/*` */
export function loadSource(path: string): Source {
  return { name: path, text: decodeText(readRegularFile(path, mostBytes), path) };
}

/** Reads what the main source at `main` imports: of its folder, also where links lead. */
export function importsBeside(main: string): ReadImport {
  const folder = dirname(main);
  return (path) => {
    const place = join(folder, path);
    try {
      if (!existsSync(place)) return absent(folder, path);
      if (realpathSync(place) === realpathSync(main)) return { why: 'it is the main file itself', help: 'put what both need into a file of its own, which imports neither' };
      const inside = relative(realpathSync(folder), realpathSync(place));
      if (isAbsolute(inside) || inside.split(sep)[0] === '..') return { why: 'a symbolic link leads out of the folder of the main file', help: 'put the file itself into the folder' };
      return loadSource(place);
    } catch (error) {
      return { why: error instanceof DiagnosticError ? whyOf(error, place) : reasonOf(error) };
    }
  };
}

/** Of a path that leads to no file. */
function absent(folder: string, path: string): Unread {
  const parts = path.split('/');
  const places = parts.map((_, end) => join(folder, ...parts.slice(0, end + 1)));
  const link = places.find((place) => !existsSync(place) && lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink());
  if (link !== undefined) return { why: `the symbolic link ${link} leads nowhere`, help: 'put the file itself there, or mend the link' };
  return { why: 'there is no such file', help: `paths are read from the folder of the main file: ${join(folder, path)} is looked for` };
}

/** Without the name of the file, which stands before it. */
function whyOf({ diagnostics }: DiagnosticError, place: string): string {
  return diagnostics.map(({ message }) => message.replace(`cannot read ${place}: `, '').replace(`${place} `, 'it ')).join('; ');
}

/** For a source that lies in no folder. */
const importsNothing: ReadImport = () => ({ why: 'only a file imports others' });

export interface SourceRequest {
  readonly watch?: Watch;
  /** What imports are read by. */
  readonly imports?: ReadImport;
  /** The name of the `sparsity` block that counts. */
  readonly sparsity?: string | undefined;
  /** Of several blocks with names none need be chosen. */
  readonly undecided?: boolean;
}

export interface CheckedSource {
  readonly model: Model;
  readonly warnings: readonly Diagnostic[];
}

/** A file with what it imports. Fails as {@link loadSource} and {@link checkSource}. */
export function checkFile(path: string, ops: OpRegistry, request: SourceRequest = {}): CheckedSource {
  return checkSource(loadSource(path), ops, { imports: importsBeside(path), ...request });
}

/** @throws DiagnosticError with every fault of the first stage that finds any. */
export function checkSource(source: Source, ops: OpRegistry, { watch = unwatched, imports = importsNothing, sparsity, undecided }: SourceRequest = {}): CheckedSource {
  const { main, imported, diagnostics } = watch.stage('parse', () => parseProgram(source, imports));
  if (diagnostics.some(isError)) throw new DiagnosticError(diagnostics);
  const checked = watch.stage('check', () => {
    const found = check(main, ops, { imported, sparsity, undecided });
    if (found.model) watch.checked(found.model.network.graph);
    return found;
  });
  if (!checked.model) throw new DiagnosticError(checked.diagnostics);
  return { model: checked.model, warnings: [...diagnostics, ...checked.diagnostics] };
}

function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail(fileDiagnostics['not-text']({ args: [path] }));
  }
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** The text as `fmt` lays it out. @throws DiagnosticError where it does not parse. */
export function formatSource(source: Source): string {
  const formatted = format(source);
  if (typeof formatted !== 'string') throw new DiagnosticError(formatted);
  return formatted;
}
