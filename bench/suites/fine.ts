// Suite `fine`: what is gained over our own direct dense convolution by grains that no structure removes, and by
// Winograd's minimal filtering. Both candidates of a case compute the same weights; the dense one multiplies by zeros.

import { present } from '../../src/base/invariant.ts';
import { compact, simplify } from '../../src/driver/build/compact.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { fewerProducts } from '../../src/passes/fewer-products.ts';
import { randomValues } from '../masks.ts';
import { elementsOf, flopsOf } from '../network.ts';
import type { Network } from '../network.ts';
import { programOf } from '../peers/ssl-source.ts';
import { sslRelaxed, sslWasm } from '../peers/ssl.ts';
import type { Peer } from '../peers/peer.ts';
import { referenceOutput } from '../reference.ts';
import type { Row } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { caffeNetLayers, denseNetwork } from './caffenet.ts';
import { compareEntrants, progressHeading } from './entrants.ts';
import { liveFlops, maskedGrains } from './grains.ts';
import { table4 } from './table4-rows.ts';
import { fineTables } from './fine-tables.ts';

const planeSparsity = 0.6;
/** What a user of `build --winograd` might allow. */
const allowedError = 1e-4;

interface FineCase {
  readonly name: string;
  readonly network: Network;
  /** What is lowered for it, from the same weights. */
  readonly program: (network: Network) => Program;
}

const compacted = (network: Network): Program => compact(programOf(network), ops);

const cases: readonly { readonly name: string; readonly made: () => FineCase }[] = [
  ...caffeNetLayers.map((layer) => {
    const name = `caffenet/${layer.name}/elements`;
    return { name, made: (): FineCase => ({ name, network: maskedGrains(denseNetwork(layer), name, 1, present(table4[0]?.layers[layer.name], layer.name).elements ?? NaN), program: compacted }) };
  }),
  ...caffeNetLayers.slice(1).map((layer) => {
    const name = `caffenet/${layer.name}/2d-filters`;
    return { name, made: (): FineCase => ({ name, network: maskedGrains(denseNetwork(layer), name, layer.window ** 2, planeSparsity), program: compacted }) };
  }),
  ...caffeNetLayers.filter(({ window }) => window === 3).map((layer) => {
    const name = `caffenet/${layer.name}/winograd`;
    return { name, made: (): FineCase => ({ name, network: denseNetwork(layer), program: (network) => fewerProducts(allowedError).run(compacted(network), { ops }) }) };
  }),
];

const named = (name: string, { prepare }: Peer): Peer => ({ name, prepare });
const candidates = [
  { peer: named('direct', sslRelaxed), isFine: false },
  { peer: named('fine', sslRelaxed), isFine: true },
  { peer: named('direct-strict', sslWasm), isFine: false },
  { peer: named('fine-strict', sslWasm), isFine: true },
];

async function runCase({ name, network, program }: FineCase, context: SuiteContext): Promise<readonly Row[]> {
  const input = randomValues(`${name}/input`, elementsOf(network.input), 1);
  const dense = simplify(programOf(network), ops);
  const [fine, live] = [program(network), liveFlops(network)];
  const entrants = candidates
    .filter(({ peer }) => context.wantsCandidate(peer.name))
    .map(({ peer, isFine }) => ({ peer, program: isFine ? fine : dense, input, flops: isFine ? live : flopsOf(network, true) }));
  return entrants.length === 0 ? [] : compareEntrants(name, entrants, referenceOutput(network, input), context);
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  context.progress(progressHeading);
  for (const { name, made } of cases) if (context.wantsCase(name)) rows.push(...(await runCase(made(), context)));
  return { rows };
}

export const fineSuite: Suite = {
  name: 'fine',
  doc: 'single weights, 2-D filters and minimal filtering beside our own direct dense convolution, layers of CaffeNet',
  candidates: candidates.map(({ peer }) => peer.name),
  cases: cases.map(({ name }) => name),
  packages: () => [],
  run,
  tables: fineTables,
};
