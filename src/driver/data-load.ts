// Finds a data set by name or path and reads it.

import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../base/diagnostic.ts';
import { didYouMean } from '../base/suggest.ts';
import { datasetOf } from '../data/dataset.ts';
import type { Dataset } from '../data/dataset.ts';
import { dataDiagnostics } from '../data/diagnostics.ts';
import { defaultDigits, digits } from '../data/digits.ts';
import { decodeIdxSplit } from '../data/idx.ts';
import type { NamedBytes } from '../data/idx.ts';
import { digitLabels, mnist, mnistFiles } from '../data/mnist.ts';
import type { PublishedFile } from '../data/mnist.ts';
import { readDataFile } from './data-file.ts';
import { readDataFolder } from './data-folder.ts';
import { dataRoots } from './data-path.ts';
import type { DataSearch } from './data-path.ts';

/** Data sets known by name; anything else is a path. */
export const knownDatasets: readonly string[] = ['digits', 'mnist'];

/**
 * `digits` (drawn here, no files), `mnist` (published files, checked), or the path of a folder with data
 * of one's own, looked for from the working directory and then in each folder of the search path.
 * Fails with `data/*` diagnostics.
 */
export async function loadDataset(nameOrPath: string, search: DataSearch = {}): Promise<Dataset> {
  if (nameOrPath === 'digits') return digits(defaultDigits);
  const { directory, workingDirectory = process.cwd() } = search;
  if (directory !== undefined) requireFolder(resolve(workingDirectory, directory));
  if (nameOrPath === 'mnist') return loadMnist(search);
  const places = [workingDirectory, ...dataRoots(search)].map((root) => resolve(root, nameOrPath));
  const folder = places.find((place) => existsSync(place));
  if (folder !== undefined && !statSync(folder).isDirectory()) {
    fail(dataDiagnostics.unreadable({ args: [folder, 'it is a file, expected a folder'], help: 'name the folder that the files of the data set are in' }));
  }
  if (folder !== undefined) return { ...(await readDataFolder(folder)), name: nameOrPath };
  return fail(
    dataDiagnostics['not-found']({
      args: [nameOrPath, [...new Set(places)].join(', ')],
      help: didYouMean(nameOrPath, knownDatasets),
    }),
  );
}

/** A folder that the user named and misspelt must not let another one of the search path stand in for it. */
export function requireFolder(path: string): void {
  if (!(statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    fail(dataDiagnostics.unreadable({ args: [path, 'there is no such folder'], help: '--data names a folder with data sets in it' }));
  }
}

async function loadMnist(search: DataSearch): Promise<Dataset> {
  // MNIST/raw is where torchvision keeps them.
  const places = dataRoots(search).flatMap((root) => [join(root, 'mnist'), join(root, 'MNIST', 'raw'), root]);
  const folder = places.find((place) => mnistFiles.every((file) => pathOf(place, file) !== undefined));
  if (folder === undefined) {
    // A folder with some of the files is nearer to what the user meant than a list of all places.
    const begun = places.find((place) => mnistFiles.some((file) => pathOf(place, file) !== undefined));
    const help = 'run `ssl-compile data mnist`, or name the folder of the files with --data or SSL_DATA';
    if (begun === undefined) fail(dataDiagnostics['not-found']({ args: ['mnist', places.join(', ')], help }));
    const missing = mnistFiles.filter((file) => pathOf(begun, file) === undefined).map((file) => `${file.name}[.gz]`);
    fail(dataDiagnostics.incomplete({ args: [begun, missing.join(', ')], help }));
  }
  const { training, test } = mnist;
  const read = (file: PublishedFile): Promise<NamedBytes> => readPublished(folder, file);
  return datasetOf(
    'mnist',
    decodeIdxSplit(await read(training.images), await read(training.labels)),
    decodeIdxSplit(await read(test.images), await read(test.labels)),
    digitLabels,
  );
}

function pathOf(folder: string, file: PublishedFile): string | undefined {
  return [join(folder, file.name), join(folder, `${file.name}.gz`)].find((path) => existsSync(path));
}

async function readPublished(folder: string, published: PublishedFile): Promise<NamedBytes> {
  const file = pathOf(folder, published) ?? join(folder, published.name);
  const bytes = await readDataFile(file);
  const help = 'run `ssl-compile data mnist` to fetch it again; for other data name its folder: `train on "folder"`';
  if (bytes.length !== published.bytes) {
    fail(dataDiagnostics.length({ args: [file, bytes.length, published.bytes], help }));
  }
  const md5 = createHash('md5').update(bytes).digest('hex');
  if (md5 !== published.md5) fail(dataDiagnostics.checksum({ args: [file, md5, published.md5], help }));
  return { file, bytes };
}
