// Suite `table4`: the convolutions of AlexNet at the sparsity of each row of Table 4 and of StructADMM, beside our own dense
// ones, on one thread and on two (Figure 7c).

import { present } from '../../src/base/invariant.ts';
import { compact, simplify } from '../../src/driver/build/compact.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { randomValues } from '../masks.ts';
import { elementsOf, flopsOf } from '../network.ts';
import type { Network } from '../network.ts';
import { sslRelaxed, sslThreads } from '../peers/ssl.ts';
import { programOf } from '../peers/ssl-source.ts';
import type { Peer } from '../peers/peer.ts';
import { referenceOutput } from '../reference.ts';
import type { Row } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { caffeNetLayers, denseNetwork, sparseNetwork } from './caffenet.ts';
import type { CaffeNetLayer } from './caffenet.ts';
import { compareEntrants, progressHeading } from './entrants.ts';
import { liveFlops, maskedGrains } from './grains.ts';
import { table4 } from './table4-rows.ts';
import type { Table4Row } from './table4-rows.ts';
import { table4Tables } from './table4-tables.ts';

const named = (name: string, { prepare }: Peer): Peer => ({ name, prepare });
const candidates = [
  { peer: named('dense', sslRelaxed), isSparse: false, threads: 1 },
  { peer: named('sparse', sslRelaxed), isSparse: true, threads: 1 },
  { peer: named('dense-2', sslThreads(2)), isSparse: false, threads: 2 },
  { peer: named('sparse-2', sslThreads(2)), isSparse: true, threads: 2 },
];

const cases = table4.flatMap((row) => caffeNetLayers.map((layer) => ({ name: `caffenet/${layer.name}/${row.name}`, layer, row })));

interface Variant {
  readonly program: Program;
  readonly input: Float32Array;
  readonly flops: number;
  readonly reference: Float64Array;
}

function variant(name: string, network: Network, program: Program, flops: number): Variant {
  const input = randomValues(`${name}/input`, elementsOf(network.input), 1);
  return { program, input, flops, reference: referenceOutput(network, input) };
}

function sparseVariant(name: string, layer: CaffeNetLayer, row: Table4Row): Variant {
  const { elements, rows = 0, columns = 0 } = present(row.layers[layer.name], layer.name);
  const network = elements === undefined ? sparseNetwork(layer, { rowSparsity: rows, columnSparsity: columns }) : maskedGrains(denseNetwork(layer), name, 1, elements);
  return variant(name, network, compact(programOf(network), ops), elements === undefined ? flopsOf(network, false) : liveFlops(network));
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  context.progress(progressHeading);
  for (const { name, layer, row } of cases) {
    const wanted = candidates.filter(({ peer }) => context.wantsCandidate(peer.name));
    if (!context.wantsCase(name) || wanted.length === 0) continue;
    const network = denseNetwork(layer);
    const [dense, sparse] = [variant(name, network, simplify(programOf(network), ops), flopsOf(network, true)), sparseVariant(name, layer, row)];
    const entrants = wanted.map(({ peer, isSparse, threads }) => ({ peer, threads, ...(isSparse ? sparse : dense) }));
    rows.push(...(await compareEntrants(name, entrants, dense.reference, context)));
  }
  return { rows };
}

export const table4Suite: Suite = {
  name: 'table4',
  doc: 'the convolutions of AlexNet at every row of Table 4 and at the sparsity of StructADMM, beside our own dense ones and the figures of the paper, on one thread and two',
  candidates: candidates.map(({ peer }) => peer.name),
  cases: cases.map(({ name }) => name),
  packages: () => [],
  run,
  tables: table4Tables,
};
