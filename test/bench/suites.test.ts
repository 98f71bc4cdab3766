import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomConv, randomValues } from '../../bench/masks.ts';
import { elementsOf } from '../../bench/network.ts';
import type { Network } from '../../bench/network.ts';
import { programOf } from '../../bench/peers/ssl-source.ts';
import { sslJs, sslRelaxed, sslWasm } from '../../bench/peers/ssl.ts';
import { referenceOutput, relativeDifference } from '../../bench/reference.ts';
import { leNets, wholeNetwork } from '../../bench/suites/lenet.ts';
import { stepFlops } from '../../bench/suites/training.ts';
import { checkFile } from '../../src/driver/model/source.ts';
import { compact } from '../../src/driver/build/compact.ts';
import { ops } from '../../src/ops/index.ts';

const networks: readonly (readonly [string, Network])[] = [
  ['LeNet 3 through `run`', wholeNetwork(leNets[2] ?? expect.fail('LeNet 3'))],
  // Six filters a group: a vector of the first group reaches into the second.
  ['a layer alone in its own layout', { input: [8, 7, 7], layers: [randomConv('grouped', { filters: 12, channels: 8, window: 3, padding: 1, groups: 2 })] }],
];

test.each(networks)('our emitted modules agree with the reference: %s', async (_, network) => {
  const input = randomValues('input', elementsOf(network.input), 1);
  const reference = referenceOutput(network, input);
  for (const peer of [sslWasm, sslRelaxed, sslJs]) {
    const { run, output } = await peer.prepare(compact(programOf(network), ops), input);
    await run();
    expect(relativeDifference(output(), reference)).toBeLessThan(1e-5);
  }
}, 60_000);

test.each([
  ['lenet.ssl', 64, 0.844],
  ['mlp.ssl', 64, 0.159],
  ['convnet.ssl', 100, 6.887],
  ['resnet20.ssl', 128, 31.231],
])('a step of %s counts its operations', (example, batch, gflop) => {
  const { model } = checkFile(join(import.meta.dirname, '../../examples', example), ops);
  expect(stepFlops(model, batch) / 1e9).toBeCloseTo(gflop, 3);
});

test('cases that no suite has are refused before anything runs', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../bench/run.ts'), 'compile', '--cases', 'zzz*'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^suite compile has no case that "zzz\*" fits: known are .*lenet.*\n\nusage:/i);
});
