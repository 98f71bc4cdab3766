// Suite `peers`: one inference on one thread, beside other libraries that run in JavaScript and one native
// one. What filters and channels leave is a smaller dense network, and every candidate gets that; shape
// fibers only our modules can use.

import { compact, simplify } from '../../src/driver/build/compact.ts';
import { ops } from '../../src/ops/index.ts';
import { randomValues } from '../masks.ts';
import { elementsOf, flopsOf } from '../network.ts';
import type { Network } from '../network.ts';
import { ortNode } from '../peers/ort-node.ts';
import { ortWeb } from '../peers/ort-web.ts';
import type { Peer } from '../peers/peer.ts';
import { programOf } from '../peers/ssl-source.ts';
import { sslJs, sslWasm } from '../peers/ssl.ts';
import { tfjsWasm } from '../peers/tfjs-wasm.ts';
import { referenceOutput } from '../reference.ts';
import type { Row } from '../report.ts';
import { gather, shrink } from '../shrink.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { caffeNetLayers, denseNetwork, sparseNetwork } from './caffenet.ts';
import { compareEntrants, packagesOf, progressHeading } from './entrants.ts';
import type { Entrant } from './entrants.ts';
import { conv1Network, conv2Network, leNets, wholeNetwork } from './lenet.ts';
import { peersTables } from './peers-tables.ts';

interface Case {
  readonly name: string;
  readonly network: () => Network;
  /** Restricts the case to some candidates. */
  readonly only?: readonly string[];
}

const cases: readonly Case[] = [
  ...caffeNetLayers.flatMap((layer): Case[] => [
    { name: `caffenet/${layer.name}/dense`, network: () => denseNetwork(layer) },
    { name: `caffenet/${layer.name}/table4-2`, network: () => sparseNetwork(layer) },
  ]),
  ...leNets.map((net): Case => ({ name: `lenet/${net.number}`, network: () => wholeNetwork(net) })),
  // The published LeNet speed-ups are of single layers, over their own dense ones.
  ...leNets.flatMap((net): Case[] => [
    { name: `lenet/${net.number}/conv1`, network: () => conv1Network(net), only: [sslWasm.name] },
    { name: `lenet/${net.number}/conv2`, network: () => conv2Network(net), only: [sslWasm.name] },
  ]),
];

const peers: readonly Peer[] = [sslWasm, sslJs, ortWeb, tfjsWasm, ortNode];

function entrantOf(peer: Peer, network: Network, input: Float32Array): Entrant {
  const small = shrink(network);
  if (peer.packageName === undefined) return { peer, program: compact(programOf(network), ops), input, flops: flopsOf(small.network, false) };
  const smallInput = gather(input, network.input[1] * network.input[2], small.inputChannels);
  return { peer, program: simplify(programOf(small.network), ops), input: smallInput, flops: flopsOf(small.network, true) };
}

async function runCase(name: string, network: Network, chosen: readonly Peer[], context: SuiteContext): Promise<readonly Row[]> {
  const input = randomValues(`${name}/input`, elementsOf(network.input), 1);
  return compareEntrants(name, chosen.map((peer) => entrantOf(peer, network, input)), referenceOutput(network, input), context);
}

async function run(context: SuiteContext): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const wanted = peers.filter((peer) => context.wantsCandidate(peer.name));
  context.progress(progressHeading);
  for (const { name, network, only } of cases) {
    const chosen = wanted.filter((peer) => only === undefined || only.includes(peer.name));
    if (chosen.length > 0 && context.wantsCase(name)) rows.push(...(await runCase(name, network(), chosen, context)));
  }
  return rows;
}

export const peersSuite: Suite = {
  name: 'peers',
  doc: 'one inference on one thread: CaffeNet convolutions dense and at Table 4 row 2, LeNet 1 to 5',
  candidates: peers.map((peer) => peer.name),
  cases: cases.map(({ name }) => name),
  packages: packagesOf(peers),
  run,
  tables: peersTables,
};
