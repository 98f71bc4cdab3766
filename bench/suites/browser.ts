// Suite `browser`: the cases of `peers` in a page of headless Chromium, one inference on one thread, beside the libraries
// that run there.

import { browserPeers } from '../browser/browser-peers.ts';
import type { BrowserPeer, ServeFiles } from '../browser/browser-peers.ts';
import { openPage } from '../browser/open-page.ts';
import type { OpenPage } from '../browser/open-page.ts';
import { defaultEffort } from '../measure.ts';
import { referenceOutput } from '../reference.ts';
import type { Row } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { browserTables } from './browser-tables.ts';
import { packagesOf, progressHeading, rowsOf } from './entrants.ts';
import { caseProgram, networkCases } from './network-cases.ts';
import { networkTrial } from './networks.ts';
import type { NetworkTrial } from './networks.ts';
import { givenOurs, givenPeers, inputOf, peersCases } from './peers-cases.ts';
import type { Case } from './peers-cases.ts';

interface PageCase {
  readonly name: string;
  readonly trial: () => NetworkTrial;
}

/** Whole networks of which LiteRT has every layer. */
const wholeNetworks = ['resnet20/dense', 'mobilenet/dense'];

const cases: readonly PageCase[] = [
  ...peersCases.map((each): PageCase => ({ name: each.name, trial: () => trialOf(each) })),
  ...networkCases.filter(({ name }) => wholeNetworks.includes(name)).map((each): PageCase => ({ name: each.name, trial: () => networkTrial(each.name, caseProgram(each)) })),
];

function trialOf(each: Case): NetworkTrial {
  const network = each.network();
  const input = inputOf(each, network);
  const [ours, others] = [givenOurs(network, input), givenPeers(network, input)];
  return { givenTo: ({ packageName }) => (packageName === undefined ? ours : others), reference: referenceOutput(network, input) };
}

async function runCase(each: PageCase, chosen: readonly BrowserPeer[], page: OpenPage, context: SuiteContext): Promise<readonly Row[]> {
  const { givenTo, reference } = each.trial();
  const serve: ServeFiles = (candidate, files) => {
    const folder = `/${each.name}/${candidate}/`;
    for (const { path, content } of files) page.serve(`${folder}${path}`, content);
    return folder;
  };
  const given = chosen.map((peer) => ({ peer, ...givenTo(peer) }));
  const entrants = await Promise.all(given.map(({ peer, program, input }) => peer.entrant(program, input, serve)));
  const contested = await page.runCase({ name: each.name, entrants, reference, effort: { ...defaultEffort, quietMs: context.quietMs } });
  return rowsOf(each.name, contested, given.map(({ flops }) => flops), context);
}

async function run(context: SuiteContext): Promise<Measured> {
  const chosen = browserPeers.filter(({ name }) => context.wantsCandidate(name));
  const rows: Row[] = [];
  const page = await openPage(context.progress);
  try {
    // Before and after: on a shared machine one of the two may meet a busy core.
    const before = await page.peaks();
    context.progress(progressHeading);
    for (const each of cases) if (context.wantsCase(each.name)) rows.push(...(await runCase(each, chosen, page, context)));
    const after = await page.peaks();
    const { strict, relaxed } = after;
    return {
      rows,
      engine: {
        name: page.browser,
        relaxedSimd: relaxed !== undefined,
        peakGflops: { strict: Math.max(strict, before.strict), ...(relaxed !== undefined && { relaxed: Math.max(relaxed, before.relaxed ?? 0) }) },
      },
    };
  } finally {
    await page.close();
  }
}

export const browserSuite: Suite = {
  name: 'browser',
  doc: 'the cases of peers, ResNet-20 and MobileNetV2 in headless Chromium, beside LiteRT.js, onnxruntime-web and tfjs',
  candidates: browserPeers.map(({ name }) => name),
  cases: cases.map(({ name }) => name),
  packages: packagesOf(browserPeers),
  run,
  tables: browserTables,
};
