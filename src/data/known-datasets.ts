// The data sets that a source may name without quotes. All are images of bytes.

export const knownDatasets = ['digits', 'mnist', 'cifar10'] as const;

export type KnownDataset = (typeof knownDatasets)[number];

export function isKnownDataset(name: string): name is KnownDataset {
  return knownDatasets.some((known) => known === name);
}
