// Weights for a run to begin with: whatever of a file fits the network by name and shape. The rest of the network is
// drawn from the seed, and all of it is told.

import { createHash } from 'node:crypto';
import { DiagnosticError } from '../../base/diagnostic.ts';
import { formatShape, tensor } from '../../base/tensor.ts';
import type { Tensor } from '../../base/tensor.ts';
import { encodeSafetensors } from '../../engine/safetensors.ts';
import type { Network } from '../../ir/network.ts';
import { matchTensors, misfits } from './fit-weights.ts';
import type { NamePattern } from './weight-map.ts';
import { readNumbers } from './weight-numbers.ts';
import { withTensorFile } from './tensor-source.ts';
import { weightsFile } from './weights.ts';

export interface InitRequest {
  /** The folder of a run that has come to its end, or a .safetensors file. */
  readonly from: string;
  /** Names in the file and what they stand for (weight-map.ts): `{ 'backbone.conv*': 'conv*' }`. */
  readonly map?: Readonly<Record<string, string>> | undefined;
}

/** What became of each tensor of the network and of the file. */
export interface InitReport {
  /** The file. */
  readonly from: string;
  /** What its names begin with and the network's do not; empty where there is nothing. */
  readonly prefix: string;
  readonly taken: readonly { readonly parameter: string; readonly tensor: string }[];
  /** Drawn from the seed. */
  readonly fresh: readonly { readonly parameter: string; readonly why: string }[];
  /** Measured of the training samples. */
  readonly measured: readonly { readonly parameter: string; readonly why: string }[];
  readonly unused: readonly { readonly tensor: string; readonly why: string }[];
}

export interface InitialWeights {
  readonly report: InitReport;
  /** By parameter name, of those that were taken; as the engine holds them. */
  readonly tensors: ReadonlyMap<string, Tensor<Float32Array>>;
  /** SHA-256 of the tensors, in hex, whatever file they came from. */
  readonly hash: string;
}

/** @throws DiagnosticError `fit/another-network` where nothing fits; `fit/*`, `map/*`, `weights/*`, `file/*` */
export function loadInitial({ from, map = {} }: InitRequest, network: Network): InitialWeights {
  const patterns = Object.entries(map).map(([old, name]): NamePattern => ({ from: old, to: name }));
  const file = weightsFile(from);
  return withTensorFile(file, (source) => {
    const match = matchTensors(source, network, patterns);
    if (match.fitting.length === 0) throw new DiagnosticError(misfits(source, network, match));
    const { fitting, missing, misshapen, unread, prefix } = match;
    const shapes = new Map(misshapen.map(({ parameter, tensor: name, shape }) => [name, `it has shape ${formatShape(shape)}, expected ${formatShape(parameter.shape)}`]));
    const tensors = new Map([...readNumbers(source, fitting)].map(([name, { shape, data }]) => [name, tensor(shape, Float32Array.from(data))]));
    const others = [
      ...misshapen.map(({ parameter, tensor: held }) => ({ parameter, why: `"${held}" is of another shape` })),
      ...missing.map((parameter) => ({ parameter, why: 'no tensor of that name' })),
    ];
    const named = (of: typeof others): InitReport['fresh'] => of.map(({ parameter: { name }, why }) => ({ parameter: name, why }));
    const report: InitReport = {
      from: file,
      prefix,
      taken: fitting.map(([{ name }, held]) => ({ parameter: name, tensor: held })),
      fresh: named(others.filter(({ parameter }) => parameter.role !== 'measured')),
      measured: named(others.filter(({ parameter }) => parameter.role === 'measured')),
      unused: [...[...shapes].map(([name, why]) => ({ tensor: name, why })), ...unread.map((name) => ({ tensor: name, why: `${network.name} has no such name` }))],
    };
    return { report, tensors, hash: hashOfTensors(tensors) };
  });
}

/** Of the same tensors the same, in whatever order they are. */
export function hashOfTensors(tensors: ReadonlyMap<string, Tensor<Float32Array>>): string {
  const hash = createHash('sha256');
  for (const piece of encodeSafetensors(tensors)) hash.update(piece);
  return hash.digest('hex');
}
