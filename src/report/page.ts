// The page of a report: one file that needs nothing else, runs no script and asks nobody for anything, which its own
// Content-Security-Policy makes sure of. The same data gives the same bytes.

import { element, htmlOf, jsonForPage, verbatim } from './markup.ts';
import type { ReportData } from './report-data.ts';
import { groupCharts } from './sections/groups.ts';
import { layers } from './sections/layers.ts';
import { opening } from './sections/opening.ts';
import { origin } from './sections/origin.ts';
import { pictures } from './sections/pictures.ts';
import { residuals } from './sections/residuals.ts';
import { search } from './sections/search.ts';
import { budgetShares } from './sections/shares.ts';
import { testSet } from './sections/test-set.ts';
import { training } from './sections/training.ts';
import { style } from './style.ts';

export async function reportPage(data: ReportData): Promise<string> {
  const { network, dataset, origin: { compiler } } = data;
  const policy = `default-src 'none'; style-src 'sha256-${await hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('title', {}, `${network} on ${dataset}`),
      element('style', {}, verbatim(style)),
    ),
    element(
      'body',
      {},
      element('main', {}, opening(data), training(data), groupCharts(data), residuals(data), budgetShares(data), search(data), pictures(data), layers(data), testSet(data), origin(data)),
      element('footer', {}, `Written by ssl-compile ${compiler}. The numbers stand in this page as JSON, in the element `, element('code', {}, 'script#report'), '.'),
      element('script', { type: 'application/json', id: 'report' }, verbatim(jsonForPage(data))),
    ),
  );
  return `<!doctype html>\n${htmlOf(page)}\n`;
}

async function hashOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes));
}
