// The published facts of CIFAR-10 (Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009) in its
// binary version: names of the files, order of the classes, where the archive is.

import type { NamedBytes } from './formats/array-file.ts';
import { checkCifarBatch, cifarBatchBytes } from './formats/cifar.ts';

export interface PublishedArchive {
  readonly name: string;
  /** Of the packed archive. */
  readonly md5: string;
  /** Of the packed archive, at most. */
  readonly mostBytes: number;
  /** Where the files lie in it. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Of each file. */
  readonly fileBytes: number;
  /** Fails with `data/*` where that is no such file. */
  readonly check: (file: NamedBytes) => void;
}

/** Names of files in the order in which their images are numbered. */
export const cifar10: { readonly training: readonly string[]; readonly test: string; readonly labels: readonly string[] } = {
  training: ['data_batch_1.bin', 'data_batch_2.bin', 'data_batch_3.bin', 'data_batch_4.bin', 'data_batch_5.bin'],
  test: 'test_batch.bin',
  labels: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};

export const cifar10Files: readonly string[] = [...cifar10.training, cifar10.test];

export const cifar10Archive: PublishedArchive = {
  name: 'cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  mostBytes: 200_000_000,
  folder: 'cifar-10-batches-bin',
  files: cifar10Files,
  fileBytes: cifarBatchBytes,
  check: checkCifarBatch,
};

/** Each serves the archive under its name. */
export const cifar10Mirrors: readonly string[] = ['https://www.cs.toronto.edu/~kriz/'];
