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
import { givenTo, inputOf, peersCases } from './peers-cases.ts';
import type { Case } from './peers-cases.ts';

async function runCase(each: Case, chosen: readonly BrowserPeer[], page: OpenPage, context: SuiteContext): Promise<readonly Row[]> {
  const network = each.network();
  const input = inputOf(each, network);
  const serve: ServeFiles = (candidate, files) => {
    const folder = `/${each.name}/${candidate}/`;
    for (const { path, content } of files) page.serve(`${folder}${path}`, content);
    return folder;
  };
  const given = givenTo(chosen, network, input);
  const entrants = await Promise.all(given.map(({ peer, program, input: image }) => peer.entrant(program, image, serve)));
  const contested = await page.runCase({ name: each.name, entrants, reference: referenceOutput(network, input), effort: { ...defaultEffort, quietMs: context.quietMs } });
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
    for (const each of peersCases) if (context.wantsCase(each.name)) rows.push(...(await runCase(each, chosen, page, context)));
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
  doc: 'the cases of peers in headless Chromium, beside LiteRT.js, onnxruntime-web and tfjs',
  candidates: browserPeers.map(({ name }) => name),
  cases: peersCases.map(({ name }) => name),
  packages: packagesOf(browserPeers),
  run,
  tables: browserTables,
};
