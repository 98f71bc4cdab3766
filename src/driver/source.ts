// An .ssl file, from the disk to a checked model.

import { DiagnosticError, fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Source } from '../base/span.ts';
import { check } from '../check/check.ts';
import type { Model } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { format } from '../syntax/format.ts';
import { parse } from '../syntax/parse.ts';
import { fileDiagnostics } from './diagnostics.ts';
import { readRegularFile } from './regular-file.ts';
import { unwatched } from './watch.ts';
import type { Watch } from './watch.ts';

/** Enough for any text that the parser takes, in any encoding of UTF-8. */
const mostBytes = 2 ** 22;

/** @throws DiagnosticError `file/*` */
export function loadSource(path: string): Source {
  return { name: path, text: decodeText(readRegularFile(path, mostBytes), path) };
}

export interface CheckedSource {
  readonly model: Model;
  readonly warnings: readonly Diagnostic[];
}

/** @throws DiagnosticError with every fault of the first stage that finds any. */
export function checkSource(source: Source, ops: OpRegistry, watch: Watch = unwatched): CheckedSource {
  const { file, diagnostics } = watch.stage('parse', () => parse(source));
  if (diagnostics.some(isError)) throw new DiagnosticError(diagnostics);
  const checked = watch.stage('check', () => {
    const found = check(file, ops);
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
