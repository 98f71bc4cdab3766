// Suite `browser`: the cases of `peers` in a page of headless Chromium, one inference on one thread, beside the libraries
// that run there.

import { browserPeers } from '../browser/browser-peers.ts';
import { referenceOutput } from '../reference.ts';
import type { Suite } from '../suite.ts';
import { browserTables } from './browser-tables.ts';
import { packagesOf } from './entrants.ts';
import { runInPage } from './in-page.ts';
import type { PageCase, PageTrial } from './in-page.ts';
import { caseProgram, networkCases } from './network-cases.ts';
import { networkTrial } from './networks.ts';
import { givenOurs, givenPeers, inputOf, peersCases } from './peers-cases.ts';
import type { Case } from './peers-cases.ts';

/** Whole networks of which LiteRT has every layer. */
const wholeNetworks = ['resnet20/dense', 'mobilenet/dense'];

const cases: readonly PageCase[] = [
  ...peersCases.map((each): PageCase => ({ name: each.name, trial: () => trialOf(each) })),
  ...networkCases.filter(({ name }) => wholeNetworks.includes(name)).map((each): PageCase => ({ name: each.name, trial: () => networkTrial(each.name, caseProgram(each)) })),
];

function trialOf(each: Case): PageTrial {
  const network = each.network();
  const input = inputOf(each, network);
  const [ours, others] = [givenOurs(network, input), givenPeers(network, input)];
  return { givenTo: ({ packageName }) => (packageName === undefined ? ours : others), reference: referenceOutput(network, input) };
}

export const browserSuite: Suite = {
  name: 'browser',
  doc: 'the cases of peers, ResNet-20 and MobileNetV2 in headless Chromium, beside LiteRT.js, onnxruntime-web and tfjs',
  candidates: browserPeers.map(({ name }) => name),
  cases: cases.map(({ name }) => name),
  packages: packagesOf(browserPeers),
  run: (context) => runInPage(cases, context),
  tables: browserTables,
};
