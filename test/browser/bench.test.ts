// The page of bench suite `browser` with our own candidate, which needs no packages.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { browserPeers } from '../../bench/browser/browser-peers.ts';
import { openPage } from '../../bench/browser/open-page.ts';
import type { OpenPage } from '../../bench/browser/open-page.ts';
import type { PageCase } from '../../bench/browser/parts.ts';
import { randomConv, randomValues } from '../../bench/masks.ts';
import { defaultEffort } from '../../bench/measure.ts';
import { elementsOf } from '../../bench/network.ts';
import type { Network } from '../../bench/network.ts';
import { referenceOutput } from '../../bench/reference.ts';
import { leNets, wholeNetwork } from '../../bench/suites/lenet.ts';
import { givenOurs } from '../../bench/suites/peers-cases.ts';
import { present } from '../../src/base/invariant.ts';

const leNet3 = present(leNets[2], 'LeNet 3');

let page: OpenPage;
beforeAll(async () => {
  page = await openPage(() => {});
}, 120_000);
afterAll(() => page.close());

async function caseOf(name: string, network: Network): Promise<PageCase> {
  const input = randomValues(`${name}/input`, elementsOf(network.input), 1);
  const peer = present(browserPeers.find((each) => each.packageName === undefined), 'our own');
  const entrant = await peer.entrant(givenOurs(network, input), (candidate, files) => {
    for (const { path, content } of files) page.serve(`/${name}/${candidate}/${path}`, content);
    return `/${name}/${candidate}/`;
  });
  return { name, entrants: [entrant], reference: referenceOutput(network, input), effort: { ...defaultEffort, rounds: 1, patienceMs: 0 } };
}

it.each<[string, Network]>([
  ['whole', wholeNetwork(leNet3)],
  ['alone', { input: [8, 7, 7], layers: [randomConv('grouped', { filters: 12, channels: 8, window: 3, padding: 1, groups: 2 })] }],
])('measures our module: a network %s', async (name, network) => {
  const [ours, ...others] = await page.runCase(await caseOf(name, network));
  expect(others).toEqual([]);
  expect(ours).toMatchObject({ name: 'ssl-wasm', ms: expect.any(Number) });
  expect(ours?.ms).toBeGreaterThan(0);
}, 60_000);

it('measures nothing that answers something else', async () => {
  const right = await caseOf('wrong', wholeNetwork(leNet3));
  const reference = right.reference.map((value, index) => (index === 3 ? value + 1 : value));
  await expect(page.runCase({ ...right, reference })).rejects.toThrow(/wrong: ssl-wasm is off by/);
}, 60_000);
