// Finds the files of CIFAR-10 on the search path and reads them. They are known by their length and their labels, not by
// a checksum: the images may stand in another order than the published one. Training batches may be missing.

import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { SampleFile } from '../../base/samples.ts';
import { sizeOf } from '../../base/tensor.ts';
import { cifar10, cifar10Archive, cifar10Files } from '../../data/cifar10.ts';
import { datasetOf } from '../../data/dataset.ts';
import type { Dataset, ReadSplit } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { cifarBatch, cifarBatchBytes, cifarLabels, cifarLayout, cifarShape, decodeCifarBatch } from '../../data/formats/cifar.ts';
import { sampleBlocks } from '../../engine/sample-reader.ts';
import { copiesOf, isPacked, readDataFile, sharedBytes } from './data-file.ts';
import { sampleFile } from './sample-files.ts';
import { dataRoots, fetchCommand, placingOf } from './search-path.ts';
import type { DataSearch } from './search-path.ts';

/** Fails with `data/*` diagnostics; warns of training batches that are missing. */
export async function loadCifar10(search: DataSearch): Promise<Dataset> {
  const places = dataRoots(search).flatMap((root) => [join(root, 'cifar10'), join(root, cifar10Archive.folder), root].map((folder) => ({ root, folder })));
  // The first that has any of the files is meant: what it lacks is not fetched from a place behind it.
  const place = places.find(({ folder }) => cifar10Files.some((file) => copiesOf(folder, file).length > 0));
  if (place === undefined) return fail(dataDiagnostics['not-found']({ args: ['cifar10', places.map(({ folder }) => folder).join(', ')], help: helpWith('ssl-compile data cifar10', search) }));
  const { root, folder } = place;
  const command = fetchCommand('cifar10', root, search);
  const lacks = (missing: string): never => fail(dataDiagnostics.incomplete({ args: [folder, missing], help: helpWith(command, search) }));
  const [test] = copiesOf(folder, cifar10.test);
  if (test === undefined) return lacks(`${cifar10.test}[.gz]`);
  const training = cifar10.training.flatMap((file) => copiesOf(folder, file).slice(0, 1));
  if (training.length === 0) return lacks('data_batch_1.bin[.gz] to data_batch_5.bin[.gz]');
  const read = (paths: readonly string[]): Promise<ReadSplit> => (paths.some(isPacked) ? readBatches : findBatches)(paths, `run \`${command}\` to fetch it again`);
  const dataset = datasetOf('cifar10', await read(training), await read([test]), cifar10.labels);
  return { ...dataset, origin: folder, namesByPosition: true, warnings: [...missingBatches(folder, helpWith(command, search)), ...twofold(folder)] };
}

function helpWith(command: string, search: DataSearch): string {
  return `run \`${command}\`, or name the folder of the files with ${placingOf(search)}`;
}

/** The images stay where they are; of the files their labels are read. */
async function findBatches(paths: readonly string[], help: string): Promise<ReadSplit> {
  const files: SampleFile[] = [];
  const labels = new Uint8Array(paths.length * cifarBatch);
  for (const [i, path] of paths.entries()) {
    const file = await sampleFile(path, cifarBatchBytes, cifarLayout, help);
    files.push(file);
    // Whole records, of which the image is what lies behind the label.
    const { stride } = cifarLayout;
    let first = 0;
    for (const records of sampleBlocks({ type: 'u1', size: stride, files: [{ ...file, offset: 0 }] })) {
      const found = cifarLabels(path, records, first);
      labels.set(found, i * cifarBatch + first);
      first += found.length;
    }
  }
  return { place: paths.join(', '), shape: cifarShape, split: { count: labels.length, samples: { type: 'u1', size: sizeOf(cifarShape), files }, labels } };
}

/** Each file is read behind the images of the one before it, and taken apart there. */
async function readBatches(paths: readonly string[], help: string): Promise<ReadSplit> {
  const size = cifarBatch * sizeOf(cifarShape);
  const memory = sharedBytes((paths.length - 1) * size + cifarBatchBytes);
  const labels = new Uint8Array(paths.length * cifarBatch);
  for (const [i, file] of paths.entries()) {
    const bytes = await readDataFile(file, cifarBatchBytes, help, memory.subarray(i * size, i * size + cifarBatchBytes));
    decodeCifarBatch({ file, bytes }, labels.subarray(i * cifarBatch, (i + 1) * cifarBatch));
  }
  return { place: paths.join(', '), shape: cifarShape, split: { count: labels.length, samples: memory.subarray(0, paths.length * size), labels } };
}

function missingBatches(folder: string, help: string): readonly Diagnostic[] {
  const missing = cifar10.training.filter((file) => copiesOf(folder, file).length === 0);
  if (missing.length === 0) return [];
  const all = cifar10.training.length * cifarBatch;
  return [dataDiagnostics['missing-batches']({ args: [folder, missing, all - missing.length * cifarBatch, all], help, severity: 'warning' })];
}

/** Without a checksum nobody knows that two copies are the same. */
function twofold(folder: string): readonly Diagnostic[] {
  return cifar10Files.flatMap((file) => {
    const [read, other] = copiesOf(folder, file);
    if (read === undefined || other === undefined) return [];
    return [dataDiagnostics.twice({ args: [folder, file, `${file}.gz`], help: 'remove the one that is not meant', severity: 'warning' })];
  });
}
