import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LadderOutcome } from '../../../src/driver/ladder/ladder.ts';
import { runCli, temporaryFolder } from '../../cli/support.ts';
import { writeStripes } from '../../cli/stripes.ts';

const folder = temporaryFolder();
// Processes take what others have compiled.
process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
const file = join(folder, 'stripes.ssl');
const out = join(folder, 'out');
const args = ['ladder', file, '--keep', '30%', '--grains', 'elements,filters', '--rounds', '2', '--out', out, '--data', folder, '--workers', '2'];

beforeAll(() => {
  writeStripes(join(folder, 'stripes'));
  writeFileSync(file, `network Stripes(image: tensor[1, 6, 6]) {
  conv1 = relu(conv(image, filters = 4, window = 3))
  conv2 = relu(conv(conv1, filters = 4, window = 3))
  return dense(conv2, units = 2)
}
train on "stripes" {
  held_out = 0.3
  baseline { epochs = 4, batch = 20, optimizer = sgd(rate = 0.05, momentum = 0.9) }
  sparsify { epochs = 2, rate = 0.05 }
  finetune { epochs = 1, rate = 0.05 }
  control {}
}
`);
});

describe('a ladder', () => {
  it('prunes at each grain to the share, and tells errors, storage and references', { timeout: 180_000 }, async () => {
    const { code, out: text, err } = await runCli(args);
    expect({ code, err }).toMatchObject({ code: 0 });
    for (const part of ['dense baseline', 'dense, trained as long', 'Storage without grains of zeros', 'Memory references of one sample', 'at 30% ', 'The least that each grain keeps']) expect(text).toContain(part);
    const record = JSON.parse(readFileSync(join(out, 'ladder.json'), 'utf8')) as LadderOutcome;
    expect(record).toMatchObject({ layers: ['conv1', 'conv2'], grains: ['elements', 'filters'], keep: [30], rounds: 2 });
    const [elements, filters] = record.runs.map(({ result }) => result);
    // 36 weights of conv1 and 144 of conv2, of which 54 may stay.
    expect(elements).toMatchObject({ density: 54 / 180, denseBits: 8 * 180 });
    expect(elements?.bits).toBe((elements?.weightBits ?? NaN) + (elements?.indexBits ?? NaN));
    expect(elements?.weightBits).toBe(8 * (54 + (elements?.paddingZeros ?? NaN)));
    // Filters that are zero are taken out, so nothing is left to index.
    expect(filters).toMatchObject({ indexBits: 0, paddingZeros: 0, weightBits: 8 * 180 * (filters?.density ?? NaN) });
    expect(filters?.density).toBeLessThanOrEqual(0.3);
    for (const result of [elements, filters]) {
      expect(result?.control?.heldOut).toBe(elements?.control?.heldOut);
      expect(result?.references).toBeLessThan(result?.denseReferences ?? NaN);
    }
    expect(readFileSync(join(out, 'ladder.svg'), 'utf8')).toContain('dense, trained as long');
  });

  it('trains nothing twice, and tells the same', { timeout: 60_000 }, async () => {
    const before = readFileSync(join(out, 'ladder.json'), 'utf8');
    const { code, out: text, err } = await runCli([...args, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(text)).toMatchObject({ ok: true, runs: [{ grain: 'elements', state: 'finished' }, { grain: 'filters', state: 'finished' }] });
    expect(readFileSync(join(out, 'ladder.json'), 'utf8')).toBe(before);
  });

  it.each([
    [['--keep', '0%'], 'expected shares between 0% and 100%'],
    [['--keep', '40,,20'], 'expected a list with commas'],
    [['--keep', 'half'], 'expected shares between 0% and 100%'],
  ])('%j', async (wrong, message) => {
    expect(await runCli(['ladder', file, ...wrong])).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('says which grains there are', async () => {
    expect(await runCli(['ladder', file, '--grains', 'vector', '--data', folder])).toMatchObject({ code: 1, err: expect.stringContaining('did you mean "vectors"?') });
    expect(await runCli(['ladder', file, '--seeds', '1..x', '--data', folder])).toMatchObject({ code: 1, err: expect.stringContaining('--seeds') });
  });
});
