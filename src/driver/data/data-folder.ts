// Reads a data set from a folder, whichever of the known layouts it has:
//
//   IDX    train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-... or test-..., each plain or .gz
//   .npy   train-images.npy, train-labels.npy, test-images.npy, test-labels.npy, each plain or .gz; numbers to be
//          answered with are train-targets.npy and test-targets.npy in the place of labels
//   images train/<class>/**/*.png, test/<class>/**/*.png, also val/ and .jpg
//
// A folder that holds two of them, or one of them twice, is refused: nobody knows which is meant.

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { ArrayFormat, NamedBytes } from '../../data/formats/array-file.ts';
import { cifar10Files } from '../../data/cifar10.ts';
import { checkSameShape, datasetOf } from '../../data/dataset.ts';
import type { Dataset, ReadSplit, Split } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { decodeIdxLabels, decodeIdxSplit, idxFormat, idxSplitShape } from '../../data/formats/idx.ts';
import { decodeNpyLabels, decodeNpySplit, decodeNpyTargets, decodeNpyTargetSplit, npyFormat, npySplitShape, npyTargetShape } from '../../data/formats/npy.ts';
import type { Reading } from '../../data/image-shape.ts';
import type { NamedShape, SplitShape } from '../../data/split-shape.ts';
import { isPacked, readDataFile, readHeader, unreadable } from './data-file.ts';
import { readImageFolder } from './image-folder.ts';
import { arrayInFile } from './sample-files.ts';
import { namingOf, placingOf } from './search-path.ts';
import type { DataSearch } from './search-path.ts';

type Part = 'training images' | 'training labels' | 'test images' | 'test labels';

interface FileLayout {
  /** For messages. */
  readonly kind: string;
  /** What the files of labels hold, for messages. */
  readonly answers: 'labels' | 'targets';
  /** Without `.gz`. */
  readonly patterns: Readonly<Record<Part, RegExp>>;
  /** How the files are called, for messages. */
  readonly names: Readonly<Record<Part, string>>;
  readonly format: ArrayFormat;
  /** What the headers of a pair promise. */
  readonly shapeOf: (images: NamedShape, labels: NamedShape) => SplitShape;
  readonly decode: (images: NamedBytes, labels: NamedBytes) => ReadSplit;
  readonly decodeLabels: (labels: NamedBytes) => Split['labels'];
}

const idx: FileLayout = {
  kind: 'IDX files',
  answers: 'labels',
  patterns: {
    'training images': /^(?<set>.*-|)train-images[-.]idx[34]-ubyte$/,
    'training labels': /^(?<set>.*-|)train-labels[-.]idx1-ubyte$/,
    'test images': /^(?<set>.*-|)(t10k|test)-images[-.]idx[34]-ubyte$/,
    'test labels': /^(?<set>.*-|)(t10k|test)-labels[-.]idx1-ubyte$/,
  },
  names: {
    'training images': 'train-images-idx3-ubyte',
    'training labels': 'train-labels-idx1-ubyte',
    'test images': 't10k-images-idx3-ubyte',
    'test labels': 't10k-labels-idx1-ubyte',
  },
  format: idxFormat,
  shapeOf: idxSplitShape,
  decode: decodeIdxSplit,
  decodeLabels: decodeIdxLabels,
};

const npy: FileLayout = {
  kind: '.npy files',
  answers: 'labels',
  patterns: {
    'training images': /^train-images\.npy$/,
    'training labels': /^train-labels\.npy$/,
    'test images': /^test-images\.npy$/,
    'test labels': /^test-labels\.npy$/,
  },
  names: {
    'training images': 'train-images.npy',
    'training labels': 'train-labels.npy',
    'test images': 'test-images.npy',
    'test labels': 'test-labels.npy',
  },
  format: npyFormat,
  shapeOf: npySplitShape,
  decode: decodeNpySplit,
  decodeLabels: decodeNpyLabels,
};

const npyTargets: FileLayout = {
  kind: '.npy files with targets',
  answers: 'targets',
  patterns: { ...npy.patterns, 'training labels': /^train-targets\.npy$/, 'test labels': /^test-targets\.npy$/ },
  names: { ...npy.names, 'training labels': 'train-targets.npy', 'test labels': 'test-targets.npy' },
  format: npyFormat,
  shapeOf: npyTargetShape,
  decode: decodeNpyTargetSplit,
  decodeLabels: decodeNpyTargets,
};

const parts = Object.keys(npy.patterns) as readonly Part[];
const labelParts: readonly Part[] = ['training labels', 'test labels'];

/** Fails with `data/*` diagnostics that name the folder or the file at fault. */
export async function readDataFolder(folder: string, reading: Reading, search: DataSearch): Promise<Dataset> {
  const { names, folders, layouts, images } = await contentsOf(folder);
  const found = [...layouts.map(({ kind }) => kind), ...images.map((name) => `the folder ${name}`)];
  if (found.length > 1) {
    fail(dataDiagnostics.ambiguous({ args: [folder, found.join(' and '), 'data set'], help: 'keep each data set in a folder of its own' }));
  }
  const [layout] = layouts;
  if (layout) return readFiles(folder, names, layout, reading);
  if (images.includes('train')) return readImageFolder(folder, folders, reading);
  return fail(dataDiagnostics['no-layout']({ args: [folder], help: layoutHelp(images, names, search) }));
}

/** Whether the folder holds a data set itself, be it whole or not. Fails with `data/unreadable`. */
export async function holdsData(folder: string): Promise<boolean> {
  const { layouts, images } = await contentsOf(folder);
  return layouts.length > 0 || images.length > 0;
}

interface FolderContents {
  /** Of all that is not hidden. */
  readonly names: readonly string[];
  /** Those of them that are no files. */
  readonly folders: readonly string[];
  /** Those that any file belongs to. */
  readonly layouts: readonly FileLayout[];
  /** Folders called `train`, in small letters or large. */
  readonly images: readonly string[];
}

async function contentsOf(folder: string): Promise<FolderContents> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => unreadable(folder, error));
  const visible = entries.filter((entry) => !entry.name.startsWith('.'));
  const names = visible.map((entry) => entry.name);
  const folders = visible.filter((entry) => !entry.isFile()).map((entry) => entry.name);
  const holds = ({ patterns }: FileLayout, some: readonly Part[]): boolean => some.some((part) => names.some((name) => patterns[part].test(plainName(name))));
  // Samples without a word of what they are answered with are taken for the usual ones.
  const targets = holds(npyTargets, labelParts);
  const layouts = [...(holds(idx, parts) ? [idx] : []), ...(holds(npy, targets ? labelParts : parts) ? [npy] : []), ...(targets ? [npyTargets] : [])];
  return { names, folders, layouts, images: folders.filter((name) => name.toLowerCase() === 'train') };
}

function layoutHelp([otherCase]: readonly string[], names: readonly string[], search: DataSearch): string {
  if (otherCase !== undefined) return `call the folder train, not ${otherCase}`;
  if (cifar10Files.some((file) => names.map(plainName).includes(file))) return `these are the files of CIFAR-10: ${namingOf('cifar10', search)}, and name their folder with ${placingOf(search)}`;
  return 'call the files train-images.npy, train-labels.npy, test-images.npy and test-labels.npy (or, of numbers to be answered with, -targets.npy), or make folders of images: train/<class> and test/<class>';
}

function plainName(name: string): string {
  return name.replace(/\.gz$/, '');
}

interface SplitFiles {
  readonly images: string;
  readonly labels: string;
}

async function readFiles(folder: string, names: readonly string[], layout: FileLayout, { judge, resize }: Reading): Promise<Dataset> {
  const warnings: Diagnostic[] = resize ? [dataDiagnostics['no-resize']({ args: [folder, layout.kind], severity: 'warning' })] : [];
  const path = (part: Part): string => join(folder, theFile(folder, names, layout, part, warnings));
  // All four are found, and their headers agree, before the first is read.
  const training: SplitFiles = { images: path('training images'), labels: path('training labels') };
  const test: SplitFiles = { images: path('test images'), labels: path('test labels') };
  refuseMixture(folder, names, layout);
  const plan = { training: await planSplit(training, layout), test: await planSplit(test, layout) };
  checkSameShape(plan.training, plan.test);
  judge?.(plan.training.shape, false);
  const dataset = datasetOf(basename(folder), await plan.training.read(), await plan.test.read());
  return { ...dataset, origin: `${folder} (${layout.kind})`, warnings };
}

interface PlannedSplit {
  readonly place: string;
  readonly shape: SplitShape['sample'];
  readonly targetShape?: SplitShape['sample'];
  readonly read: () => Promise<ReadSplit>;
}

/** Judges a split by the headers of its files. */
async function planSplit({ images, labels }: SplitFiles, { format, shapeOf, decode, decodeLabels }: FileLayout): Promise<PlannedSplit> {
  const imagesHeader = await readHeader(images, format);
  const labelsHeader = await readHeader(labels, format);
  const shape = shapeOf({ file: images, shape: imagesHeader.shape }, { file: labels, shape: labelsHeader.shape });
  const placed = { place: images, shape: shape.sample, ...(shape.target && { targetShape: shape.target }) };
  const read = async (): Promise<ReadSplit> => {
    const labelFile = { file: labels, bytes: await readDataFile(labels, labelsHeader.fileBytes) };
    if (isPacked(images)) return decode({ file: images, bytes: await readDataFile(images, imagesHeader.fileBytes) }, labelFile);
    const samples = await arrayInFile(images, imagesHeader);
    return { ...placed, split: { count: shape.count, samples, labels: decodeLabels(labelFile) } };
  };
  return { ...placed, read };
}

/** The one file of a part; of a plain and a packed copy, the plain one, with a warning. */
function theFile(folder: string, names: readonly string[], layout: FileLayout, part: Part, warnings: Diagnostic[]): string {
  const matching = names.filter((name) => layout.patterns[part].test(plainName(name)));
  const plainNames = new Set(matching.map(plainName));
  const [first, packed] = matching.toSorted((a, b) => a.length - b.length);
  if (first === undefined) {
    fail(
      dataDiagnostics.incomplete({
        args: [folder, part.replace('labels', layout.answers)],
        help: `add ${layout.names[part]}, plain or as .gz${layout === npy && labelParts.includes(part) ? `; where the network is to answer with numbers, ${npyTargets.names[part]}` : ''}`,
      }),
    );
  }
  if (plainNames.size > 1) {
    fail(
      dataDiagnostics.ambiguous({
        args: [folder, [...plainNames].toSorted().join(' and '), `file of ${part.replace('labels', layout.answers)}`],
        help: 'keep each data set in a folder of its own',
      }),
    );
  }
  if (packed !== undefined) {
    warnings.push(dataDiagnostics.twice({ args: [folder, first, packed], help: 'remove the one that is not meant', severity: 'warning' }));
  }
  return first;
}

/** Names of IDX files may begin with the name of the data set: the four have to begin alike. */
function refuseMixture(folder: string, names: readonly string[], { patterns }: FileLayout): void {
  const beginnings = Object.values(patterns).flatMap((pattern) => names.flatMap((name) => pattern.exec(plainName(name))?.groups?.['set'] ?? []));
  const sets = [...new Set(beginnings)];
  if (sets.length > 1) {
    fail(
      dataDiagnostics.ambiguous({
        args: [folder, `files of ${sets.map((set) => (set === '' ? 'a set without a name' : set.slice(0, -1))).join(' and ')}`, 'data set'],
        help: 'keep each data set in a folder of its own',
      }),
    );
  }
}
