// Finds the published files of MNIST on the search path and reads them.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { NamedBytes } from '../../data/formats/array-file.ts';
import { datasetOf } from '../../data/dataset.ts';
import type { Dataset } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { decodeIdxSplit } from '../../data/formats/idx.ts';
import { digitLabels, mnist, mnistFiles } from '../../data/mnist.ts';
import type { PublishedFile } from '../../data/mnist.ts';
import { copiesOf, readDataFile } from './data-file.ts';
import { dataRoots, fetchCommand } from './search-path.ts';
import type { DataSearch } from './search-path.ts';

/** Fails with `data/*` diagnostics; a file that is not the published one is refused. */
export async function loadMnist(search: DataSearch): Promise<Dataset> {
  // MNIST/raw is where torchvision keeps them.
  const places = dataRoots(search).flatMap((root) => [join(root, 'mnist'), join(root, 'MNIST', 'raw'), root].map((folder) => ({ root, folder })));
  const place = places.find(({ folder }) => mnistFiles.every((file) => pathOf(folder, file) !== undefined));
  if (place === undefined) {
    // A folder with some of the files is nearer to what the user meant than a list of all places.
    const begun = places.find(({ folder }) => mnistFiles.some((file) => pathOf(folder, file) !== undefined))?.folder;
    const help = 'run `ssl-compile data mnist`, or name the folder of the files with --data or SSL_DATA';
    if (begun === undefined) fail(dataDiagnostics['not-found']({ args: ['mnist', places.map(({ folder }) => folder).join(', ')], help }));
    const missing = mnistFiles.filter((file) => pathOf(begun, file) === undefined).map((file) => `${file.name}[.gz]`);
    fail(dataDiagnostics.incomplete({ args: [begun, missing.join(', ')], help }));
  }
  const { training, test } = mnist;
  const { root, folder } = place;
  const help = `run \`${fetchCommand('mnist', root, search)}\` to fetch it again; for other data name its folder: \`train on "folder"\``;
  const read = (file: PublishedFile): Promise<NamedBytes> => readPublished(folder, file, help);
  const dataset = datasetOf(
    'mnist',
    decodeIdxSplit(await read(training.images), await read(training.labels)),
    decodeIdxSplit(await read(test.images), await read(test.labels)),
    digitLabels,
  );
  return { ...dataset, origin: folder, namesByPosition: true };
}

function pathOf(folder: string, file: PublishedFile): string | undefined {
  return copiesOf(folder, file.name)[0];
}

async function readPublished(folder: string, published: PublishedFile, help: string): Promise<NamedBytes> {
  const file = pathOf(folder, published) ?? join(folder, published.name);
  const bytes = await readDataFile(file, published.bytes, help);
  const md5 = createHash('md5').update(bytes).digest('hex');
  if (md5 !== published.md5) fail(dataDiagnostics.checksum({ args: [file, md5, published.md5], help }));
  return { file, bytes };
}
