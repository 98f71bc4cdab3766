// Cases in a page of headless Chromium, one inference on one thread, all candidates of a case side by side.

import { browserPeers } from '../browser/browser-peers.ts';
import type { BrowserPeer, PageGiven, ServeFiles } from '../browser/browser-peers.ts';
import { openPage } from '../browser/open-page.ts';
import type { OpenPage } from '../browser/open-page.ts';
import { defaultEffort } from '../measure.ts';
import type { Row } from '../report.ts';
import type { Measured, SuiteContext } from '../suite.ts';
import { progressHeading, rowsOf } from './entrants.ts';

/** What every candidate is given of a case, and what it should answer. */
export interface PageTrial {
  readonly givenTo: (peer: { readonly packageName?: string }) => PageGiven;
  readonly reference: Float64Array;
}

export interface PageCase {
  readonly name: string;
  readonly trial: () => PageTrial;
}

async function runCase(each: PageCase, chosen: readonly BrowserPeer[], page: OpenPage, context: SuiteContext): Promise<readonly Row[]> {
  const { givenTo, reference } = each.trial();
  const serve: ServeFiles = (candidate, files) => {
    const folder = `/${each.name}/${candidate}/`;
    for (const { path, content } of files) page.serve(`${folder}${path}`, content);
    return folder;
  };
  const given = chosen.map((peer) => ({ peer, of: givenTo(peer) }));
  const entrants = await Promise.all(given.map(({ peer, of }) => peer.entrant(of, serve)));
  const contested = await page.runCase({ name: each.name, entrants, reference, effort: { ...defaultEffort, quietMs: context.quietMs } });
  return rowsOf(each.name, contested, given.map(({ of }) => of.flops), context);
}

/** Those of the cases and of the candidates that were asked for. */
export async function runInPage(cases: readonly PageCase[], context: SuiteContext): Promise<Measured> {
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
