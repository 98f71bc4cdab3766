// Suite `peers`: one inference on one thread, beside other libraries that run in JavaScript and one native
// one. What filters and channels leave is a smaller dense network, and every candidate gets that; shape
// fibers only our modules can use.

import { invariant } from '../../src/base/invariant.ts';
import { randomValues } from '../masks.ts';
import { defaultMeasureOptions, measure } from '../measure.ts';
import { elementsOf, flopsOf } from '../network.ts';
import type { Network } from '../network.ts';
import { ortNode } from '../peers/ort-node.ts';
import { ortWeb } from '../peers/ort-web.ts';
import type { Peer, PreparedRun } from '../peers/peer.ts';
import { sslJs, sslWasm } from '../peers/ssl.ts';
import { tfjsWasm } from '../peers/tfjs-wasm.ts';
import { referenceOutput, relativeDifference } from '../reference.ts';
import type { Row } from '../report.ts';
import { gather, shrink } from '../shrink.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { caffeNetLayers, denseNetwork, sparseNetwork } from './caffenet.ts';
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

/** f32 sums of a few thousand products in any order agree far better than this. */
const AGREEMENT = 1e-3;

/** A candidate ready to run one case. */
interface Entry {
  readonly peer: Peer;
  readonly prepared: PreparedRun;
  readonly flops: number;
}

async function prepareEntry(peer: Peer, network: Network, input: Float32Array): Promise<Entry> {
  if (peer.packageName === undefined) {
    return { peer, prepared: await peer.prepare(network, input), flops: flopsOf(shrink(network).network, false) };
  }
  const small = shrink(network);
  const smallInput = gather(input, network.input[1] * network.input[2], small.inputChannels);
  return { peer, prepared: await peer.prepare(small.network, smallInput), flops: flopsOf(small.network, true) };
}

async function runCase(name: string, network: Network, chosen: readonly Peer[], context: SuiteContext): Promise<Row[]> {
  const input = randomValues(`${name}/input`, elementsOf(network.input), 1);
  const reference = referenceOutput(network, input);
  const entries: Entry[] = [];
  try {
    for (const peer of chosen) {
      const entry = await prepareEntry(peer, network, input);
      entries.push(entry);
      await entry.prepared.run();
      const difference = relativeDifference(entry.prepared.output(), reference);
      invariant(difference <= AGREEMENT, () => `${name}: ${peer.name} is off by ${difference} of the largest value`);
    }
    const candidates = entries.map(({ peer, prepared }) => ({ name: peer.name, run: prepared.run }));
    const measured = await measure(candidates, { ...defaultMeasureOptions, sentinels: context.sentinels });
    const summary = measured.map(({ name: peer, ms, clean }) => `${peer} ${ms.toPrecision(3)} (${clean})`);
    context.progress(`${name}: ${summary.join(', ')}`);
    return entries.map(({ peer, prepared, flops }, index): Row => {
      const ms = measured[index]?.ms ?? NaN;
      const { bytes, gzipBytes } = prepared;
      return {
        case: name,
        candidate: peer.name,
        threads: 1,
        ms,
        gflops: flops / ms / 1e6,
        ...(bytes !== undefined && { bytes }),
        ...(gzipBytes !== undefined && { gzipBytes }),
      };
    });
  } finally {
    for (const { prepared } of entries) await prepared.release();
  }
}

async function run(context: SuiteContext): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const wanted = peers.filter((peer) => context.wantsCandidate(peer.name));
  context.progress('milliseconds; in brackets how many of the 20 turns taken ran undisturbed');
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
  packages: ({ wantsCandidate }) =>
    peers.flatMap((peer) => (peer.packageName !== undefined && wantsCandidate(peer.name) ? [peer.packageName] : [])),
  run,
  tables: peersTables,
};
