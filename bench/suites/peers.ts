// Suite `peers`: one inference on one thread, beside other libraries that run in JavaScript and one native
// one.

import { ortNode } from '../peers/ort-node.ts';
import { ortWeb } from '../peers/ort-web.ts';
import type { Peer } from '../peers/peer.ts';
import { sslJs, sslRelaxed, sslWasm } from '../peers/ssl.ts';
import { tfjsWasm } from '../peers/tfjs-wasm.ts';
import { referenceOutput } from '../reference.ts';
import type { Row } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { compareEntrants, packagesOf, progressHeading } from './entrants.ts';
import { conv1Network, conv2Network, leNets } from './lenet.ts';
import { givenTo, inputOf, peersCases } from './peers-cases.ts';
import type { Case } from './peers-cases.ts';
import { peersTables } from './peers-tables.ts';

interface PeersCase extends Case {
  /** Restricts the case to some candidates. */
  readonly only?: readonly string[];
}

const cases: readonly PeersCase[] = [
  ...peersCases,
  // The published LeNet speed-ups are of single layers, over their own dense ones.
  ...leNets.flatMap((net): PeersCase[] => [
    { name: `lenet/${net.number}/conv1`, network: () => conv1Network(net), only: [sslWasm.name] },
    { name: `lenet/${net.number}/conv2`, network: () => conv2Network(net), only: [sslWasm.name] },
  ]),
];

const peers: readonly Peer[] = [sslWasm, sslRelaxed, sslJs, ortWeb, tfjsWasm, ortNode];

async function runCase(each: PeersCase, chosen: readonly Peer[], context: SuiteContext): Promise<readonly Row[]> {
  const network = each.network();
  const input = inputOf(each, network);
  return compareEntrants(each.name, givenTo(chosen, network, input), referenceOutput(network, input), context);
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  const wanted = peers.filter((peer) => context.wantsCandidate(peer.name));
  context.progress(progressHeading);
  for (const each of cases) {
    const chosen = wanted.filter((peer) => each.only === undefined || each.only.includes(peer.name));
    if (chosen.length > 0 && context.wantsCase(each.name)) rows.push(...(await runCase(each, chosen, context)));
  }
  return { rows };
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
