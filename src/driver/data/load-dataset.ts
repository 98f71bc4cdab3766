// Finds a data set by its name or its folder and reads it. A name and a folder that is called the same are two
// things: whoever says which of them he means gets that one and no other.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { didYouMean, nearest } from '../../base/suggest.ts';
import { foreignWord } from '../../check/foreign-words.ts';
import type { Dataset } from '../../data/dataset.ts';
import { described } from '../../data/described.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { defaultDigits, digits } from '../../data/digits/digits.ts';
import type { Reading } from '../../data/image-shape.ts';
import { isKnownDataset, knownDatasets } from '../../data/known-datasets.ts';
import type { KnownDataset } from '../../data/known-datasets.ts';
import type { DatasetReference } from '../../ir/network.ts';
import { loadCifar10 } from './cifar10-files.ts';
import { readDataFolder } from './data-folder.ts';
import { loadMnist } from './mnist-files.ts';
import { dataRoots, namingOf } from './search-path.ts';
import type { DataSearch } from './search-path.ts';

const loaders: Readonly<Record<KnownDataset, (search: DataSearch) => Promise<Dataset>>> = {
  digits: async () => digits(defaultDigits),
  mnist: loadMnist,
  cifar10: loadCifar10,
};

/**
 * `digits` (drawn here, no files), `mnist` (published files, checked), `cifar10`, or a folder with data of one's own, looked for
 * from the working directory and then in each folder of the search path.
 * @param wanted As a source says it, or in short: the name of a known data set, else the path of a folder. What could
 * be either, because the working directory has a folder of that name, is refused: write `./digits`, or a reference.
 * @param reading What the network reads, for images that have to be brought to it.
 * Fails with `data/*` diagnostics.
 */
export async function loadDataset(wanted: DatasetReference | string, search: DataSearch = {}, reading: Reading = {}): Promise<Dataset> {
  const { directory, workingDirectory = process.cwd() } = search;
  const reference = referenceOf(wanted, workingDirectory);
  if (directory !== undefined) requireFolder(resolve(workingDirectory, directory));
  if (reference.kind === 'folder') return loadFolder(reference.path, search, reading);
  const { name } = reference;
  return isKnownDataset(name) ? loaders[name](search) : unknownName(name, workingDirectory);
}

/** Anything may come from JavaScript. Fails with `data/reference` or `data/name-or-folder`. */
function referenceOf(wanted: DatasetReference | string, workingDirectory: string): DatasetReference {
  if (typeof wanted === 'string' && wanted !== '') return referenceInShort(wanted, workingDirectory);
  if (isReference(wanted)) return wanted;
  const help = "for example 'digits', './my-data', { kind: 'named', name: 'digits' } or { kind: 'folder', path: 'my-data' }";
  return fail(dataDiagnostics.reference({ args: [described(wanted)], help }));
}

function isReference(wanted: unknown): wanted is DatasetReference {
  if (typeof wanted !== 'object' || wanted === null || !('kind' in wanted)) return false;
  if (wanted.kind === 'named') return 'name' in wanted && typeof wanted.name === 'string';
  return wanted.kind === 'folder' && 'path' in wanted && typeof wanted.path === 'string' && wanted.path !== '';
}

function referenceInShort(nameOrPath: string, workingDirectory: string): DatasetReference {
  if (!isKnownDataset(nameOrPath)) return { kind: 'folder', path: nameOrPath };
  const folder = resolve(workingDirectory, nameOrPath);
  if (existsSync(folder)) {
    fail(
      dataDiagnostics['name-or-folder']({
        args: [nameOrPath, folder],
        help: `write './${nameOrPath}' for the folder, { kind: 'named', name: '${nameOrPath}' } for the known data set`,
      }),
    );
  }
  return { kind: 'named', name: nameOrPath };
}

/** Fails with `data/unknown-name`, which helps. */
export function unknownName(name: string, workingDirectory: string): never {
  const quoted = `train on ${JSON.stringify(name)}`;
  const isFolder = existsSync(resolve(workingDirectory, name));
  const help = isFolder ? `a folder is written in quotes: \`${quoted}\`` : (foreignWord('data-set', name, knownDatasets)?.help ?? didYouMean(name, knownDatasets));
  return fail(dataDiagnostics['unknown-name']({ args: [name], help }));
}

/** A folder that the user named and misspelt must not let another one of the search path stand in for it. */
export function requireFolder(path: string): void {
  if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    fail(dataDiagnostics.unreadable({ args: [path, 'there is no such folder'], help: '--data names a folder with data sets in it' }));
  }
}

async function loadFolder(path: string, search: DataSearch, reading: Reading): Promise<Dataset> {
  const { workingDirectory = process.cwd() } = search;
  const places = [...new Set([workingDirectory, ...dataRoots(search)].map((root) => resolve(root, path)))];
  const [folder, ...others] = placesThatExist(places);
  if (folder === undefined) {
    const builtIn = nearest(basename(path), knownDatasets);
    const where = search.namedBy === undefined ? 'the one of --data' : 'that of SSL_DATA';
    const help = builtIn === undefined ? `name a folder, from the working directory or from ${where}` : `did you mean the known data set${search.namedBy === undefined ? '? In a source it is written without quotes' : ''}: ${namingOf(builtIn, search)}`;
    return fail(dataDiagnostics['not-found']({ args: [path, places.join(', ')], help }));
  }
  if (!statSync(folder).isDirectory()) {
    fail(dataDiagnostics.unreadable({ args: [folder, 'it is a file, expected a folder'], help: 'name the folder that the files of the data set are in' }));
  }
  const dataset = await readDataFolder(folder, reading, search);
  const several = others.map((other) => dataDiagnostics.several({ args: [path, other, folder], help: 'name the other one by its whole path, if it is meant', severity: 'warning' }));
  return { ...dataset, name: path, warnings: [...several, ...(dataset.warnings ?? [])] };
}

/** In the order of the search path, each folder once, however many ways lead there. */
function placesThatExist(places: readonly string[]): readonly string[] {
  const found = new Map<string, string>();
  for (const place of places) {
    if (!existsSync(place)) continue;
    const real = realpathSync(place);
    if (!found.has(real)) found.set(real, place);
  }
  return [...found.values()];
}
