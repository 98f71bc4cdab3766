// What became of the weights that a run was given to begin with, tensor by tensor.

import type { InitReport } from '../../driver/weights/initial-weights.ts';

export function initialText({ from, prefix, taken, fresh, measured, unused }: InitReport, network: string): string {
  const lines = [
    `${network} begins with weights of ${from}${prefix === '' ? '' : `, whose names are read without "${prefix}"`}`,
    line('taken', taken.map(({ parameter, tensor }) => (tensor === `${prefix}${parameter}` ? parameter : `${parameter} (${tensor})`))),
    line('drawn from the seed', fresh.map(({ parameter, why }) => `${parameter} (${why})`)),
    ...(measured.length === 0 ? [] : [line('measured of the training samples', measured.map(({ parameter, why }) => `${parameter} (${why})`))]),
    line('not used', unused.map(({ tensor, why }) => `${tensor} (${why})`)),
  ];
  return `${lines.join('\n')}\n`;
}

function line(what: string, names: readonly string[]): string {
  return `  ${what}: ${names.length === 0 ? 'nothing' : `${names.length}: ${names.join(', ')}`}`;
}
