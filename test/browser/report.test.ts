// The page of a report in Chromium: both colour schemes, a telephone's width and a wide one.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { reportPage } from '../../src/report/page.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { reportData } from '../report/fixture.ts';
import { openBrowser } from './chromium.ts';
import type { OpenBrowser, Page } from './chromium.ts';

const unfinished = reportData({ unfinished: { phase: 'sparsify', step: 10 }, findings: [{ code: 'result/untouched', message: 'the `penalties` removed nothing', help: 'raise them' }], result: undefined, filters: [], inputs: undefined, layers: [], evaluation: undefined, timing: undefined });

/** Long names, layers and classes that are folded away, more classes than cells have room for. */
function crowded(): ReportData {
  const usual = reportData();
  const [layer, groups] = [present(usual.layers[0], 'layer'), present(usual.groups[0], 'groups')];
  const names = Array.from({ length: 60 }, (_, i) => `stage${i}.a_block_of_several_layers.unit.conv${i}`);
  return {
    ...usual,
    network: 'ANetworkWhoseNameIsLongerThanATelephoneIsWide',
    layers: names.map((name) => ({ ...layer, name, shape: { dense: [2048, 224, 224], compacted: [1024, 224, 224] }, macs: [123_456_789_012, 1_234_567_890_123] })),
    groups: names.map((name) => ({ ...groups, layer: name })),
    phases: usual.phases.map((phase) => ({ ...phase, course: phase.course.map((point) => ({ ...point, alive: names.map(() => 2) })) })),
    evaluation: { samples: 60, wrong: 0, error: 0, unanswered: 0, classes: names.slice(0, 36).map((name) => ({ name, samples: 1, wrong: 0 })), confusion: names.slice(0, 36).map((_, c) => [c, c, 1]) },
  };
}

let browser: OpenBrowser;
beforeAll(async () => {
  browser = await openBrowser(new Map([['/', { content: await reportPage(reportData()) }], ['/unfinished', { content: await reportPage(unfinished) }], ['/crowded', { content: await reportPage(crowded()) }]]));
});
afterAll(() => browser.close());

/**
 * Text of less than 4.5 times the luminance of its ground (WCAG 2, contrast minimum), each with its ratio. Texts of
 * pictures stand on the page, or on the part of the picture that comes before them.
 */
const faintTexts = `(() => {
  const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = ([r, g, b, a], [R, G, B]) => [a * r + (1 - a) * R, a * g + (1 - a) * G, a * b + (1 - a) * B, 1];
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = parse(getComputedStyle(document.documentElement).backgroundColor);
  const fillOf = (shape) => { const { fill, fillOpacity } = getComputedStyle(shape); const [r, g, b, a] = parse(fill); return [r, g, b, a * Number(fillOpacity)]; };
  const ground = (element) => {
    const grounds = [];
    for (let at = element; at; at = at.parentElement) grounds.unshift(parse(getComputedStyle(at).backgroundColor));
    if (element.matches('svg .cell')) grounds.push(fillOf(element.closest('svg').querySelector('.plate')), fillOf(element.parentElement.querySelector('rect')));
    return grounds.reduce((under, color) => over(color, under), paper);
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() === '' || element.closest('script, title')) continue;
    const below = ground(element);
    const { color, fill } = getComputedStyle(element);
    const [a, b] = [luminance(over(parse(element.closest('svg') ? fill : color), below)), luminance(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(element.outerHTML.slice(0, 80) + ' ' + ratio.toFixed(2));
  }
  return faint;
})()`;

describe.each(['light', 'dark'] as const)('in the %s scheme', (colorScheme) => {
  describe.each([360, 1100])('%i wide', (width) => {
    it.each(['/', '/unfinished', '/crowded'])('%s fits, is readable, runs nothing and asks for nothing', async (path) => {
      const page: Page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
      const [told, asked]: [string[], string[]] = [[], []];
      page.on('console', (message) => told.push(message.text()));
      page.on('pageerror', (error) => told.push(error.message));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(browser.origin + path);
      await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
      expect(await page.evaluate('[document.documentElement.scrollWidth, document.querySelectorAll("h2").length > 0]')).toEqual([width, true]);
      expect(await page.evaluate(faintTexts)).toEqual([]);
      expect(told).toEqual([]);
      expect(asked.filter((url) => !url.startsWith('data:image/bmp;')), 'requests').toEqual([browser.origin + path]);
      expect(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")).toBe(colorScheme === 'dark' ? 'rgb(21, 23, 26)' : 'rgb(253, 253, 252)');
    });
  });
});

it('its pictures are pictures, its data is there, and every drawing has a name', async () => {
  const page = await browser.newPage();
  await page.goto(browser.origin);
  const pictures = await page.evaluate("Promise.all([...document.querySelectorAll('image')].map(async (each) => { const picture = new Image(); picture.src = each.getAttribute('href'); await picture.decode(); return [picture.naturalWidth, picture.naturalHeight]; }))");
  expect(pictures).toEqual(Array.from({ length: 6 }, () => [3, 3]));
  expect(await page.evaluate("JSON.parse(document.getElementById('report').textContent)")).toEqual(reportData());
  expect(await page.evaluate("[...document.querySelectorAll('svg')].filter((each) => each.getAttribute('aria-hidden') !== 'true' && !(each.getAttribute('role') === 'img' && each.getAttribute('aria-label'))).length")).toBe(0);
});

it('its policy keeps out what could be put into it', async () => {
  const page = await browser.newPage();
  const told: string[] = [];
  page.on('console', (message) => told.push(message.text()));
  await page.goto(browser.origin);
  await page.evaluate("void document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))");
  expect(await page.evaluate('window.ran')).toBeUndefined();
  expect(told.join()).toContain('Content Security Policy');
});
