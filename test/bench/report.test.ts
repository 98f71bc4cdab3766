import { expect, test } from 'vitest';
import { formatMs, formatResult, geometricMean } from '../../bench/report.ts';
import type { Result, Row } from '../../bench/report.ts';
import { browserTables } from '../../bench/suites/browser-tables.ts';
import { peersTables } from '../../bench/suites/peers-tables.ts';

test('tables say whose times they are and line up: text left, numbers right', () => {
  const text = formatResult(result, [{ title: 'Times', head: ['case', 'a', 'longer'], body: [['first', '1.00', '2'], ['x', '10.0', '']] }]);
  expect(text.split('\n\n')[1]).toBe(['Times; Zen 9', 'case      a  longer', '-----  ----  ------', 'first  1.00       2', 'x      10.0'].join('\n'));
});

test('milliseconds keep about three digits', () => {
  expect([123.4, 12.34, 1.234, 0.01234, undefined].map(formatMs)).toEqual(['123', '12.3', '1.23', '0.0123', '']);
});

test('geometric mean', () => {
  expect(geometricMean([1, 4])).toBeCloseTo(2);
});

function row(name: string, candidate: string, ms: number): Row {
  return { case: name, candidate, threads: 1, ms };
}

const result: Result = {
  suite: 'peers',
  machine: { cpu: 'some CPU', core: 'Zen 9', threads: 2, node: '24.11.1', peakGflops: { '1': 60, '2': 120 }, relaxedPeakGflops: 70 },
  peers: { 'onnxruntime-web': '1.0.0' },
  rows: [
    row('caffenet/conv4/dense', 'ssl-wasm', 4),
    row('caffenet/conv4/dense', 'ort-web', 8),
    row('caffenet/conv4/table4-2', 'ssl-wasm', 0.4),
    row('caffenet/conv4/table4-2', 'ort-web', 4),
    row('lenet/1/conv1', 'ssl-wasm', 1),
    row('lenet/1/conv2', 'ssl-wasm', 3),
    row('lenet/3/conv1', 'ssl-wasm', 0.5),
    row('lenet/3/conv2', 'ssl-wasm', 0.25),
  ],
};

test('the peers suite prints ratios, own speed-ups beside the FLOP ratio, and the published ones', () => {
  const text = formatResult(result, peersTables(result));
  expect(text).toContain('128-bit multiply+add peak in Node, GFLOP/s: 60.0 on 1, 120.0 on 2, relaxed 70.0 on 1');
  expect(text).toMatch(/caffenet\/conv4\/dense +2\.00\n/);
  expect(text).toMatch(/conv4 +12\.32 +9\.73 +10\.00 +2\.00/);
  expect(text).toMatch(/lenet\/3 +1\.99 +7\.44 +2\.00 +12\.00/);
});

test('the JSON object has the promised fields and no others', () => {
  const parsed = JSON.parse(JSON.stringify(result)) as Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual(['suite', 'machine', 'peers', 'rows']);
  expect(Object.keys(parsed['machine'] as object)).toEqual(['cpu', 'core', 'threads', 'node', 'peakGflops', 'relaxedPeakGflops']);
});

test('without our own module measured there is nothing to compare with', () => {
  const rows = [row('caffenet/conv4/dense', 'ort-web', 8), row('lenet/1', 'ort-web', 1)];
  const tables = peersTables({ ...result, rows });
  expect(tables).toHaveLength(1);
});

test('the browser suite prints ratios by rounds, and ours beside the peak of the page', () => {
  const measured = (name: string, candidate: string, ms: number, times?: number): Row => ({ ...row(name, candidate, ms), gflops: 30, clean: 20, ...(times !== undefined && { times: [times, times, times] as const }) });
  const inPage: Result = {
    ...result,
    suite: 'browser',
    engine: { name: 'Chromium 156', relaxedSimd: true, peakGflops: { strict: 50, relaxed: 60 } },
    rows: [
      measured('lenet/1', 'ssl-wasm', 1),
      measured('lenet/1', 'ssl-relaxed', 1, 0.5),
      measured('lenet/1', 'litert', 3, 2),
      measured('lenet/2', 'ssl-wasm', 1),
      measured('lenet/2', 'litert', 7, 8),
    ],
  };
  const text = formatResult(inPage, browserTables(inPage));
  expect(text).toContain('Chromium 156, with relaxed SIMD: peak there 50.0 on 1, relaxed 60.0 on 1');
  expect(text).toMatch(/ssl-wasm beside .*\n.*\n.*\nlenet\/1 +30\.0 +0\.60$/m);
  expect(text).toMatch(/ssl-relaxed beside .*\n.*\n.*\nlenet\/1 +30\.0 +0\.50$/m);
  const [, overStrict = '', overRelaxed = ''] = text.split('How many times as long as ');
  expect(overStrict).toMatch(/^ssl-wasm.*\ncase +ssl-relaxed +litert\n.*\nlenet\/1 +0\.50 +2\.00\nlenet\/2 +8\.00\nlenet, geometric mean +4\.00$/m);
  // By the medians of the same rounds.
  expect(overRelaxed).toMatch(/^ssl-relaxed.*\ncase +litert\n.*\nlenet\/1 +4\.00\nlenet, geometric mean +4\.00$/m);
});
