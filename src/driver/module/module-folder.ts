// Writes a module so that Node loads it whatever the project around it: Node takes a `.js` file for what the
// nearest package.json says, and `npm init` writes `"type": "commonjs"`. So a folder of the module's own gets a
// package.json of its own. One that holds the user's scripts, or a package.json, is left as it is.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { header } from '../../emit/module-text.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { withRegularFile } from '../files/regular-file.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import type { NamedFile } from '../files/write-files.ts';
import { checkRecordPlace } from '../tuning/record-place.ts';
import { networkNamedIn, tuningFile } from '../tuning/tuning-record.ts';

const manifestName = 'package.json';
const manifest: NamedFile = { name: manifestName, bytes: new TextEncoder().encode('{ "type": "module" }\n') };

/**
 * Makes the folder if need be. Files are replaced whole or not at all.
 * @param files What `build` answers, and perhaps what is to lie beside it.
 * @returns Warnings: the module is there, but Node may not load it from there.
 * @throws DiagnosticError `file/not-writable`, `tuning/taken` where the record of another network would be replaced
 */
export function writeModule(folder: string, files: readonly NamedFile[]): readonly Diagnostic[] {
  const record = files.find(({ name }) => name === tuningFile);
  const network = record && networkNamedIn(record.bytes);
  if (network !== undefined) checkRecordPlace(folder, network);
  const names = namesIn(folder);
  const written = new Set(files.map(({ name }) => name));
  const ownFolder = !names.includes(manifestName) && !names.some((name) => name.endsWith('.js') && !written.has(name) && !isEmitted(join(folder, name)));
  writeFilesAtomically(folder, ownFolder ? [...files, manifest] : files);
  const script = files.find(({ name }) => name.endsWith('.js'));
  return ownFolder || script === undefined ? [] : commonJs(folder, script.name);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // It is made, or what is wrong with it is said, when files are written.
    return [];
  }
}

/** Whether a script is the ES module of a build. */
function isEmitted(path: string): boolean {
  try {
    return withRegularFile(path, (file) => file.read(0, header.length).toString() === header);
  } catch {
    return false;
  }
}

/** What to say of a module in a folder where Node takes scripts for CommonJS. */
function commonJs(folder: string, script: string): readonly Diagnostic[] {
  const { file, type } = nearestManifest(resolve(folder));
  if (type === 'module') return [];
  // Where nothing is said, later ones look whether a script has imports and exports.
  const who = type === undefined ? 'Node before 20.19' : 'Node';
  const help = `build into a folder of its own, where \`build\` writes a ${manifestName} that says so, or add "type": "module"`;
  return [moduleDiagnostics.commonjs({ args: [who, join(folder, script), file === undefined ? `no ${manifestName} says` : `${file} does not say`], help, severity: 'warning' })];
}

interface Manifest {
  readonly file?: string;
  readonly type?: unknown;
}

/** Of the folder or the nearest around it. */
function nearestManifest(folder: string): Manifest {
  const file = join(folder, manifestName);
  if (existsSync(file)) return { file, type: typeIn(file) };
  const parent = dirname(folder);
  return parent === folder ? {} : nearestManifest(parent);
}

function typeIn(file: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null && 'type' in content ? content.type : undefined;
  } catch {
    // What is no package.json says nothing.
    return undefined;
  }
}
