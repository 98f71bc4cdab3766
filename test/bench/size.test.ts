// What a module adds to its weights, with both versions of its code.

import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { compact } from '../../src/driver/build/compact.ts';
import { packSegments } from '../../src/emit/segments.ts';
import { lowerDeployed } from '../../src/lower/lower.ts';
import { ops } from '../../src/ops/index.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { programOf } from '../../bench/peers/ssl-source.ts';
import { buildSsl } from '../../bench/peers/ssl.ts';
import { leNets, wholeNetwork } from '../../bench/suites/lenet.ts';

const packed = (content: string | Uint8Array): number => gzipSync(content, { level: 9 }).length;

it('LeNet 2 is 12 KB more than its weights at most, gzip', async () => {
  const program = compact(programOf(wholeNetwork(present(leNets.find(({ number }) => number === 2), 'LeNet 2'))), ops);
  const { files } = await buildSsl(program, wasmTarget);
  const all = files.filter(({ path }) => !path.endsWith('.d.ts')).reduce((sum, { content }) => sum + packed(content), 0);
  expect(all - packed(packSegments(lowerDeployed(program, ops, wasmTarget.machine)).bytes)).toBeLessThan(12 * 1024);
}, 60_000);
