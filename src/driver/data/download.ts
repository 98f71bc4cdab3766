// Fetches published data sets by their names.

import { fail } from '../../base/diagnostic.ts';
import { didYouMean } from '../../base/suggest.ts';
import { foreignWord } from '../../check/foreign-words.ts';
import { cifar10Archive, cifar10Mirrors } from '../../data/cifar10.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { mnistFiles, mnistMirrors } from '../../data/mnist.ts';
import { downloadArchive } from './download-archive.ts';
import { downloadFiles } from './download-files.ts';
import type { OnProgress } from './receive.ts';

interface Download {
  readonly mirrors: readonly string[];
  readonly fetch: (directory: string, onProgress: OnProgress, mirrors: readonly string[]) => Promise<readonly string[]>;
}

/** What there is a download for. */
const downloads: Readonly<Record<string, Download>> = {
  mnist: { mirrors: mnistMirrors, fetch: (...to) => downloadFiles(mnistFiles, ...to) },
  cifar10: { mirrors: cifar10Mirrors, fetch: (...to) => downloadArchive(cifar10Archive, ...to) },
};

/**
 * Puts the files of a published data set into `directory`, leaving files that are there and right. Returns their
 * paths. Fails with `data/no-download`, `data/download` or `data/not-writable`.
 */
export async function downloadDataset(name: string, directory: string, onProgress: OnProgress = () => {}, mirrors?: readonly string[]): Promise<readonly string[]> {
  const download = Object.hasOwn(downloads, name) ? downloads[name] : undefined;
  if (download) return download.fetch(directory, onProgress, mirrors ?? download.mirrors);
  const known = Object.keys(downloads);
  const help = name === 'digits' ? 'ssl-compile draws the digits itself: `train on digits` needs no files' : (foreignWord('data-set', name, known)?.help ?? didYouMean(name, known));
  return fail(dataDiagnostics['no-download']({ args: [name], help }));
}
