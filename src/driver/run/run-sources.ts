// The sources of a run: model.ssl, and what it imports beside it, each where it was from the main one, so that
// model.ssl is a program where it lies.

import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { SourceSet } from '../../base/source-set.ts';
import type { ReadImport } from '../../check/program/imports.ts';
import { notWritable } from '../files/atomic-file.ts';
import type { Checkpoint } from './checkpoint-json.ts';
import { runDiagnostics } from './run-diagnostics.ts';
import { isAsRecorded, isSourceFile, runFiles } from './run-files.ts';
import { writeRunFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { fileOfRun } from './run-reader.ts';
import { loadSource } from '../model/source.ts';

/** Names of files, and endings of folders, that are a run's own. */
const ownNames: readonly string[] = [...Object.values(runFiles), 'run.lock'];
const ownEnding = /\.(?:safetensors|jsonl?|lock)$/;

/** @throws DiagnosticError `run/reserved` for what cannot lie in a run by its own name */
export function checkNames({ imported }: SourceSet): void {
  const taken = [...imported.keys()].find((path) => ownNames.includes(topOf(path)) || ownEnding.test(topOf(path)));
  if (taken !== undefined) fail(runDiagnostics.reserved({ args: [taken], help: 'a run keeps its own files by such a name: call the file otherwise, and import it by that' }));
}

/** What lies in the folder of a run for its sources. */
export function entriesOfSources({ imported }: SourceSet): ReadonlySet<string> {
  return new Set([runFiles.source, ...[...imported.keys()].map(topOf)]);
}

function topOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/**
 * The checkpoint with the sources that the run began with; where one of them is damaged, with those given now, which
 * mean the same. Fails with `run/not-writable` and `run/lock-lost`.
 */
export async function keepSources(folder: RunFolder, checkpoint: Checkpoint, { main, imported }: SourceSet): Promise<Checkpoint> {
  const { files } = checkpoint;
  const kept = Object.entries(files).filter(([name]) => isSourceFile(name));
  if (files[runFiles.source] && kept.every(([name, record]) => isAsRecorded(folder.path, name, record))) return checkpoint;
  const written = Object.entries(files).filter(([name]) => !isSourceFile(name));
  for (const [path, { text }] of imported) {
    makeFolders(folder, path);
    written.push([path, await writeRunFile(folder, path, text)]);
  }
  written.push([runFiles.source, await writeRunFile(folder, runFiles.source, main.text)]);
  return { ...checkpoint, files: Object.fromEntries(written) };
}

/** The folders that a file of a run lies in. No link is followed: what it leads to is not the run's. */
function makeFolders({ path }: RunFolder, file: string): void {
  const parts = file.split('/').slice(0, -1);
  for (const [depth] of parts.entries()) {
    const place = join(path, ...parts.slice(0, depth + 1));
    try {
      if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) continue;
      mkdirSync(place);
    } catch (error) {
      notWritable(place, error);
    }
  }
}

/** Reads what the source of a run imports. Fails with `run/changed`. */
export function importsOfRun(folder: string): ReadImport {
  return (path) => {
    const place = fileOfRun(folder, path, `\`ssl-compile train FILE --out ${folder} --resume\` writes it anew`);
    return place === undefined ? { why: 'the run has no such source' } : loadSource(place);
  };
}
