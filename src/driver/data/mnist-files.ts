// Finds the published files of MNIST on the search path and reads them.

import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { NamedBytes } from '../../data/formats/array-file.ts';
import { datasetOf } from '../../data/dataset.ts';
import type { Dataset, ReadSplit } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { decodeIdxLabels, decodeIdxSplit, idxFormat } from '../../data/formats/idx.ts';
import { digitLabels, mnist, mnistFiles } from '../../data/mnist.ts';
import type { PublishedFile, PublishedSplit } from '../../data/mnist.ts';
import { checkLength, contentsOf, copiesOf, isPacked, readDataFile, readHeader } from './data-file.ts';
import { arrayInFile } from './sample-files.ts';
import { dataRoots, fetchCommand, namingOf, placingOf } from './search-path.ts';
import type { DataSearch } from './search-path.ts';

/** Fails with `data/*` diagnostics; a file that is not the published one is refused. */
export async function loadMnist(search: DataSearch): Promise<Dataset> {
  // MNIST/raw is where torchvision keeps them.
  const places = dataRoots(search).flatMap((root) => [join(root, 'mnist'), join(root, 'MNIST', 'raw'), root].map((folder) => ({ root, folder })));
  const place = places.find(({ folder }) => mnistFiles.every((file) => pathOf(folder, file) !== undefined));
  if (place === undefined) {
    // A folder with some of the files is nearer to what the user meant than a list of all places.
    const begun = places.find(({ folder }) => mnistFiles.some((file) => pathOf(folder, file) !== undefined))?.folder;
    const help = `run \`ssl-compile data mnist\`, or name the folder of the files with ${placingOf(search)}`;
    if (begun === undefined) fail(dataDiagnostics['not-found']({ args: ['mnist', places.map(({ folder }) => folder).join(', ')], help }));
    const missing = mnistFiles.filter((file) => pathOf(begun, file) === undefined).map((file) => `${file.name}[.gz]`);
    fail(dataDiagnostics.incomplete({ args: [begun, missing.join(', ')], help }));
  }
  const { root, folder } = place;
  const help = `run \`${fetchCommand('mnist', root, search)}\` to fetch it again; for other data name its folder: ${namingOf('"folder"', search)}`;
  const dataset = datasetOf('mnist', await readSplit(folder, mnist.training, help), await readSplit(folder, mnist.test, help), digitLabels);
  return { ...dataset, origin: folder, namesByPosition: true };
}

function pathOf(folder: string, file: PublishedFile): string | undefined {
  return copiesOf(folder, file.name)[0];
}

async function readSplit(folder: string, { images, labels }: PublishedSplit, help: string): Promise<ReadSplit> {
  const path = pathOf(folder, images) ?? join(folder, images.name);
  if (isPacked(path)) return decodeIdxSplit(await readPublished(folder, images, help), await readPublished(folder, labels, help));
  // The file is the published one before anything that it says is believed.
  await checkLength(path, images.bytes, help);
  const hash = createHash('md5');
  for await (const piece of contentsOf(path)) hash.update(piece);
  checkSum(path, hash, images, help);
  const header = await readHeader(path, idxFormat);
  const [count = 0, ...sample] = header.shape;
  const labelFile = await readPublished(folder, labels, help);
  return { place: path, shape: [1, ...sample], split: { count, samples: await arrayInFile(path, header, help), labels: decodeIdxLabels(labelFile) } };
}

async function readPublished(folder: string, published: PublishedFile, help: string): Promise<NamedBytes> {
  const file = pathOf(folder, published) ?? join(folder, published.name);
  const bytes = await readDataFile(file, published.bytes, help);
  checkSum(file, createHash('md5').update(bytes), published, help);
  return { file, bytes };
}

function checkSum(file: string, hash: Hash, published: PublishedFile, help: string): void {
  const md5 = hash.digest('hex');
  if (md5 !== published.md5) fail(dataDiagnostics.checksum({ args: [file, md5, published.md5], help }));
}
