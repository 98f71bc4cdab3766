// The published facts of MNIST (LeCun, Cortes, Burges): file names, md5 of the unpacked files, mirrors.

export interface PublishedFile {
  /** Without `.gz`. */
  readonly name: string;
  /** Of the unpacked file. */
  readonly md5: string;
  /** Of the unpacked file. */
  readonly bytes: number;
}

export interface PublishedSplit {
  readonly images: PublishedFile;
  readonly labels: PublishedFile;
}

export const mnist: { readonly training: PublishedSplit; readonly test: PublishedSplit } = {
  training: {
    images: { name: 'train-images-idx3-ubyte', md5: '6bbc9ace898e44ae57da46a324031adb', bytes: 47_040_016 },
    labels: { name: 'train-labels-idx1-ubyte', md5: 'a25bea736e30d166cdddb491f175f624', bytes: 60_008 },
  },
  test: {
    images: { name: 't10k-images-idx3-ubyte', md5: '2646ac647ad5339dbf082846283269ea', bytes: 7_840_016 },
    labels: { name: 't10k-labels-idx1-ubyte', md5: '27ae3e4e09519cfbb04c329615203637', bytes: 10_008 },
  },
};

export const mnistFiles: readonly PublishedFile[] = [
  mnist.training.images,
  mnist.training.labels,
  mnist.test.images,
  mnist.test.labels,
];

/** Each serves `<name>.gz`. */
export const mnistMirrors: readonly string[] = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
];

export const digitLabels: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
