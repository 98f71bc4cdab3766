// Reads a data set from a folder, whichever of the known layouts it has:
//
//   IDX    train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-... or test-..., each plain or .gz
//   .npy   train-images.npy, train-labels.npy, test-images.npy, test-labels.npy, each plain or .gz
//   PNG    train/<class>/*.png, test/<class>/*.png

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '../base/diagnostic.ts';
import { datasetOf } from '../data/dataset.ts';
import type { Dataset, ReadSplit } from '../data/dataset.ts';
import { dataDiagnostics } from '../data/diagnostics.ts';
import { decodeIdxSplit } from '../data/idx.ts';
import type { NamedBytes } from '../data/idx.ts';
import { decodeNpySplit } from '../data/npy.ts';
import { readDataFile, unreadable } from './data-file.ts';
import { readPngFolder } from './data-png.ts';

type Part = 'training images' | 'training labels' | 'test images' | 'test labels';

interface FileLayout {
  readonly patterns: Readonly<Record<Part, RegExp>>;
  /** How the files are called, for messages. */
  readonly names: Readonly<Record<Part, string>>;
  readonly decode: (images: NamedBytes, labels: NamedBytes) => ReadSplit;
}

const idx: FileLayout = {
  patterns: {
    'training images': /^(.*-)?train-images[-.]idx[34]-ubyte(\.gz)?$/,
    'training labels': /^(.*-)?train-labels[-.]idx1-ubyte(\.gz)?$/,
    'test images': /^(.*-)?(t10k|test)-images[-.]idx[34]-ubyte(\.gz)?$/,
    'test labels': /^(.*-)?(t10k|test)-labels[-.]idx1-ubyte(\.gz)?$/,
  },
  names: {
    'training images': 'train-images-idx3-ubyte',
    'training labels': 'train-labels-idx1-ubyte',
    'test images': 't10k-images-idx3-ubyte',
    'test labels': 't10k-labels-idx1-ubyte',
  },
  decode: decodeIdxSplit,
};

const npy: FileLayout = {
  patterns: {
    'training images': /^train-images\.npy(\.gz)?$/,
    'training labels': /^train-labels\.npy(\.gz)?$/,
    'test images': /^test-images\.npy(\.gz)?$/,
    'test labels': /^test-labels\.npy(\.gz)?$/,
  },
  names: {
    'training images': 'train-images.npy',
    'training labels': 'train-labels.npy',
    'test images': 'test-images.npy',
    'test labels': 'test-labels.npy',
  },
  decode: decodeNpySplit,
};

/** Fails with `data/*` diagnostics that name the folder or the file at fault. */
export async function readDataFolder(folder: string): Promise<Dataset> {
  const entries = await entriesOf(folder);
  const layout = layoutOf(entries);
  if (layout === 'png') return readPngFolder(folder);
  if (layout) return readFiles(folder, entries, layout);
  return fail(
    dataDiagnostics['no-layout']({
      args: [folder],
      help: 'call the files train-images.npy, train-labels.npy, test-images.npy and test-labels.npy, or make a folder of PNG images for each class',
    }),
  );
}

/** Whether the folder holds a data set itself, be it whole or not. Fails with `data/unreadable`. */
export async function holdsData(folder: string): Promise<boolean> {
  return layoutOf(await entriesOf(folder)) !== undefined;
}

function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => unreadable(folder, error));
}

/** The layout that any entry belongs to. */
function layoutOf(entries: readonly string[]): FileLayout | 'png' | undefined {
  const found = [idx, npy].find(({ patterns }) => Object.values(patterns).some((pattern) => entries.some((entry) => pattern.test(entry))));
  return found ?? (entries.includes('train') ? 'png' : undefined);
}

async function readFiles(folder: string, entries: readonly string[], layout: FileLayout): Promise<Dataset> {
  const path = (part: Part): string => join(folder, theFile(folder, entries, layout, part));
  // All four are found before the first is read, so that a missing file is told at once.
  const trainingFiles = [path('training images'), path('training labels')] as const;
  const testFiles = [path('test images'), path('test labels')] as const;
  const training = layout.decode(await named(trainingFiles[0]), await named(trainingFiles[1]));
  const test = layout.decode(await named(testFiles[0]), await named(testFiles[1]));
  return datasetOf(basename(folder), training, test);
}

async function named(file: string): Promise<NamedBytes> {
  return { file, bytes: await readDataFile(file) };
}

/** The one file of a part; of a plain and a packed copy, the plain one. */
function theFile(folder: string, entries: readonly string[], layout: FileLayout, part: Part): string {
  const matching = entries.filter((entry) => layout.patterns[part].test(entry));
  const plainNames = new Set(matching.map((entry) => entry.replace(/\.gz$/, '')));
  const [first] = matching.toSorted((a, b) => a.length - b.length);
  if (first === undefined) {
    fail(
      dataDiagnostics.incomplete({
        args: [folder, part],
        help: `add ${layout.names[part]}, plain or as .gz`,
      }),
    );
  }
  if (plainNames.size > 1) {
    fail(
      dataDiagnostics.ambiguous({
        args: [folder, [...plainNames].toSorted().join(' and '), `file of ${part}`],
        help: 'keep each data set in a folder of its own',
      }),
    );
  }
  return first;
}
