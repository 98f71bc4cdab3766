// The cases of suites `peers` and `browser`. What filters and channels leave is a smaller dense network, and every
// candidate gets that; shape fibers only our modules can use.

import { compact, simplify } from '../../src/driver/build/compact.ts';
import { ops } from '../../src/ops/index.ts';
import { randomValues } from '../masks.ts';
import { elementsOf, flopsOf } from '../network.ts';
import type { Network } from '../network.ts';
import { programOf } from '../peers/ssl-source.ts';
import { gather, shrink } from '../shrink.ts';
import { caffeNetLayers, denseNetwork, sparseNetwork } from './caffenet.ts';
import type { Given } from './entrants.ts';
import { leNets, wholeNetwork } from './lenet.ts';

export interface Case {
  readonly name: string;
  readonly network: () => Network;
}

export const peersCases: readonly Case[] = [
  ...caffeNetLayers.flatMap((layer): Case[] => [
    { name: `caffenet/${layer.name}/dense`, network: () => denseNetwork(layer) },
    { name: `caffenet/${layer.name}/table4-2`, network: () => sparseNetwork(layer) },
  ]),
  ...leNets.map((net): Case => ({ name: `lenet/${net.number}`, network: () => wholeNetwork(net) })),
];

export function inputOf({ name }: Case, network: Network): Float32Array {
  return randomValues(`${name}/input`, elementsOf(network.input), 1);
}

/** All of `peers` with what each is given. */
export function givenTo<Peer extends { readonly packageName?: string }>(peers: readonly Peer[], network: Network, input: Float32Array): readonly (Given & { readonly peer: Peer })[] {
  const [ours, others] = [givenOurs(network, input), givenPeers(network, input)];
  return peers.map((peer) => ({ peer, ...(peer.packageName === undefined ? ours : others) }));
}

/** What our modules are given. */
export function givenOurs(network: Network, input: Float32Array): Given {
  return { program: compact(programOf(network), ops), input, flops: flopsOf(shrink(network).network, false) };
}

/** What others are given. */
export function givenPeers(network: Network, input: Float32Array): Given {
  const small = shrink(network);
  const smallInput = gather(input, network.input[1] * network.input[2], small.inputChannels);
  return { program: simplify(programOf(small.network), ops), input: smallInput, flops: flopsOf(small.network, true) };
}
