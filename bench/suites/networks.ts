// Suite `networks`: whole networks of the papers, one inference on one thread, beside other libraries. Every candidate
// is given what our compiler leaves of the network; shape fibers are zeros to the peers.

import { present } from '../../src/base/invariant.ts';
import { compact } from '../../src/driver/build/compact.ts';
import { evaluate } from '../../src/ir/evaluate.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { randomValues } from '../masks.ts';
import { elementsOf } from '../network.ts';
import { ortNode } from '../peers/ort-node.ts';
import { ortWeb } from '../peers/ort-web.ts';
import type { Peer } from '../peers/peer.ts';
import { sslRelaxed, sslWasm } from '../peers/ssl.ts';
import { tfjsWasm } from '../peers/tfjs-wasm.ts';
import { keptFlops, plainFlops, plainNetwork } from '../plain-network.ts';
import type { Row } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { compareEntrants, packagesOf, progressHeading } from './entrants.ts';
import type { Given } from './entrants.ts';
import { caseProgram, networkCases, withoutLrn } from './network-cases.ts';
import type { NetworkCase } from './network-cases.ts';
import { networksTables } from './networks-tables.ts';

/** What a case is called without its response normalisations, which no peer's WASM has within channels. */
const WITHOUT_LRN = 'without-lrn';

const peers: readonly Peer[] = [sslWasm, sslRelaxed, ortWeb, tfjsWasm, ortNode];

const caseNames = networkCases.flatMap(({ name, example }) => (example === 'convnet.ssl' ? [name, `${name}/${WITHOUT_LRN}`] : [name]));

function referenceOf({ graph, parameters }: Program, input: Float32Array): Float64Array {
  const image = present(graph.nodes.find(({ op }) => op === 'input'), 'input');
  const shape = present(image.results[0], 'shape');
  const feeds = new Map([...parameters, [String(image.attrs['name']), { shape, data: Float64Array.from(input) }] as const]);
  const [output] = evaluate(graph, ops, feeds).outputs.values();
  return present(output, 'output').data;
}

/** What every candidate is given of a whole network, and what it should answer. */
export interface NetworkTrial {
  readonly givenTo: (peer: { readonly packageName?: string }) => Given;
  readonly reference: Float64Array;
}

export function networkTrial(name: string, program: Program): NetworkTrial {
  const compacted = compact(program, ops);
  const plain = plainNetwork(compacted);
  const input = randomValues(`${name}/input`, elementsOf(plain.input), 1);
  return {
    givenTo: ({ packageName }) => ({ program: compacted, input, flops: packageName === undefined ? keptFlops(compacted) : plainFlops(plain) }),
    reference: referenceOf(program, input),
  };
}

async function runCase(name: string, program: Program, chosen: readonly Peer[], context: SuiteContext): Promise<readonly Row[]> {
  const { givenTo, reference } = networkTrial(name, program);
  return compareEntrants(name, chosen.map((peer) => ({ peer, ...givenTo(peer) })), reference, context);
}

function programsOf(each: NetworkCase, context: SuiteContext): readonly (readonly [name: string, program: Program])[] {
  const names = caseNames.filter((name) => (name === each.name || name === `${each.name}/${WITHOUT_LRN}`) && context.wantsCase(name));
  if (names.length === 0) return [];
  const program = caseProgram(each);
  return names.map((name) => [name, name === each.name ? program : withoutLrn(program)]);
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  const chosen = peers.filter((peer) => context.wantsCandidate(peer.name));
  context.progress(progressHeading);
  if (chosen.length === 0) return { rows };
  for (const each of networkCases) {
    for (const [name, program] of programsOf(each, context)) rows.push(...(await runCase(name, program, chosen, context)));
  }
  return { rows };
}

export const networksSuite: Suite = {
  name: 'networks',
  doc: 'one inference on one thread: ConvNet, AlexNet, ResNet-20, MobileNetV2, dense and at the sparsity of the tables',
  candidates: peers.map((peer) => peer.name),
  cases: caseNames,
  packages: packagesOf(peers),
  run,
  tables: networksTables,
};
