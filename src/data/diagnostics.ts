// What can be wrong with a data set: its files, its contents, its fit to the network. Every message names
// the file, what was found and what was expected; the cure is the diagnostic's help.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';
import { grouped } from '../base/number-text.ts';

const messages = {
  // One file.
  unreadable: (file: string, why: string): string => `cannot read ${file}: ${why}`,
  'not-format': (file: string, format: string, found: string): string => `${file} is not ${format}: it begins with ${found}`,
  unsupported: (file: string, found: string, expected: string): string => `${file} has ${found}, expected ${expected}`,
  length: (file: string, found: number, expected: number): string =>
    `${file} is ${found < expected ? 'truncated' : 'too long'}: found ${found} bytes, expected ${expected}`,
  'too-long': (file: string, expected: number): string => `${file} is too long: found more than the expected ${expected} bytes unpacked`,
  corrupt: (file: string, found: string, expected: string): string => `${file} is corrupt: found ${found}, expected ${expected}`,
  checksum: (file: string, found: string, expected: string): string =>
    `${file} is not the published file: found md5 ${found}, expected ${expected}`,
  'too-large': (file: string, found: string, limit: string): string => `${file} is too large: found ${found}, the limit is ${limit}`,
  'not-finite': (file: string, index: number, value: string): string =>
    `${file} holds ${value} at element ${index}, expected finite numbers`,
  label: (file: string, index: number, found: string, expected: string): string =>
    `${file} has label ${found} at sample ${index}, expected ${expected}`,
  target: (file: string, index: number, found: string): string => `${file} has ${found} in the target of sample ${index}, expected finite numbers`,

  // Files against each other.
  empty: (place: string, expected: string): string => `${place} is empty, expected ${expected}`,
  count: (samples: string, sampleCount: number, labels: string, labelCount: number, what = 'labels'): string =>
    `${samples} holds ${sampleCount} samples, but ${labels} holds ${labelCount} ${what}`,
  'target-shape': (place: string, found: string, expected: string): string => `targets of ${place} have shape ${found}, expected ${expected}`,
  'sample-shape': (file: string, found: string, expected: string): string => `${file} has samples of ${found}, expected ${expected}`,
  'sample-type': (file: string, found: string, expected: string): string => `${file} holds ${found}, expected ${expected}`,
  'no-class': (folder: string, image: string): string => `${folder} holds ${image} beside the folders of the classes`,
  unread: (folder: string, file: string, others: number): string =>
    `of ${folder}, ${file} is not read${others === 0 ? '' : `, nor ${others} more`}`,
  'unknown-class': (folder: string, known: string): string => `${folder} is a class without training samples; known: ${known}`,
  ambiguous: (folder: string, found: string, expected: string): string => `${folder} holds ${found}, expected one ${expected}`,
  twice: (folder: string, read: string, other: string): string => `${folder} holds ${read} and ${other}; ${read} is read`,
  incomplete: (folder: string, missing: string): string => `${folder} lacks ${missing}`,
  'image-sizes': (folder: string, all: number, others: number, expected: string, named: string): string =>
    `of ${grouped(all)} images of ${folder}, ${grouped(others)} ${others === 1 ? 'is' : 'are'} not ${expected}: ${named}`,
  'unreadable-images': (folder: string, all: number, faulty: number, named: number): string =>
    `of ${grouped(all)} images of ${folder}, ${grouped(faulty)} cannot be read; ${named < faulty ? `the first ${named} are named here` : 'they are named here'}`,
  converted: (folder: string, all: number, count: number, what: string, done: string): string =>
    `of ${grouped(all)} images of ${folder}, ${grouped(count)} ${what}: ${done}`,
  'no-resize': (folder: string, kind: string): string => `\`resize\` scales the images of class folders, but ${folder} holds ${kind}, which are taken as they are`,
  'missing-batches': (folder: string, missing: readonly string[], left: number, all: number): string =>
    `${folder} lacks ${missing.join(', ')}: ${grouped(left)} of ${grouped(all)} training images are left`,
  'no-layout': (folder: string): string => `${folder} holds no data set: found neither IDX files, .npy pairs nor images at train/<class>`,
  'not-found': (name: string, places: string): string => `no data set ${name}; looked in ${places}`,
  reference: (found: string): string => `${found} names no data set`,
  'unknown-name': (name: string): string => `there is no known data set \`${name}\``,
  'name-or-folder': (name: string, folder: string): string => `'${name}' may be the known data set or the folder ${folder}`,
  several: (path: string, other: string, read: string): string => `"${path}" is also at ${other}; ${read} is read`,

  unnamed: (place: string): string => `${place} does not say which data set it is for`,
  'two-meanings': (folder: string, inside: string): string => `${folder} is a data set itself and holds ${inside} too`,

  // The data set against the network and its training.
  shape: (name: string, found: string, expected: string): string =>
    `samples of ${name} have shape ${found}, but the network's input is ${expected}`,
  classes: (name: string, found: number, expected: number): string =>
    `${name} has ${found} classes, but the network has ${expected} outputs`,
  task: (name: string, found: string, expected: string): string => `${name} has ${found} for its samples, but the network is trained to answer with ${expected}`,
  range: (name: string, found: string): string => `samples of ${name} hold ${found}; they are taken as they are`,
  'target-range': (name: string, found: string): string => `targets of ${name} hold ${found}; they are taken as they are`,
  'unseen-class': (name: string, found: string): string => `${name} has no training sample of ${found}`,
  'untested-class': (name: string, found: string): string => `${name} has no test sample of ${found}`,
  given: (what: string, found: string, expected: string): string => `${what} is ${found}, expected ${expected}`,
  'class-names': (name: string, found: string, expected: string): string => `the classes of ${name} are ${found}, those of the source ${expected}`,
  'held-out-twice': (name: string): string => `both \`held_out\` and ${name} itself say which samples are held out`,
  'held-out': (share: number, count: number): string =>
    `held-out share ${share} of ${count} training samples, expected a number from 0 up to, not including, 1 that leaves a sample to train on`,

  // Fetching.
  'no-download': (name: string): string => `there is no download for data set ${name}`,
  download: (file: string, failures: string): string => `cannot download ${file}: ${failures}`,
  'not-writable': (path: string, why: string): string => `cannot write ${path}: ${why}`,
};

export const dataDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('data', messages);
