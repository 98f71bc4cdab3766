import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pngBytes } from '../data/files.ts';
import { runCli, temporaryFolder } from './support.ts';
import type { Ran } from './support.ts';

const folder = temporaryFolder();
const at = (...names: string[]): string => join(folder, ...names);

/** Grey pictures, bright on the left (class a) or on the right (class b), of several sizes or of one. */
function writePictures(place: string, counts: Readonly<Record<string, number>>, several = true): void {
  for (const [part, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) {
      for (const name of ['a', 'b']) {
        const [height, width] = several ? [8 + (i % 3), 8 + 2 * (i % 2)] : [8, 8];
        const rows = Uint8Array.from({ length: height * width }, (_, p) => (p % width < width / 2 === (name === 'a') ? 220 - i : 20 + i));
        const path = join(place, part, name, `${i}.png`);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, pngBytes({ width, height, colour: 0, rows }));
      }
    }
  }
}

const source = (settings: string): string => `network Sides(image: tensor[3, 8, 8]) {
  conv1 = conv(image, filters = 4, window = 3)
  return dense(conv1, units = 2)
}
train on "pictures" {
${settings}  baseline { epochs = 4, batch = 10, optimizer = sgd(rate = 0.05, momentum = 0.9) }
}
`;
const train = (file: string, out: string, ...rest: readonly string[]): ReturnType<typeof runCli> => runCli(['train', at(file), '--data', at('sets'), '--out', at(out), '--threads', '1', ...rest]);

let trained: Ran;
beforeAll(async () => {
  writePictures(at('sets', 'pictures'), { train: 30, val: 6, test: 6 });
  writePictures(at('others'), { train: 1, test: 9 });
  writeFileSync(at('sides.ssl'), source('  resize = true\n'));
  writeFileSync(at('strict.ssl'), source(''));
  writeFileSync(at('share.ssl'), source('  resize = true\n  held_out = 0.1\n'));
  trained = await train('sides.ssl', 'run');
});
beforeAll(async () => {
  await runCli(['build', at('run'), '--out', at('module')]);
});

describe('images of several sizes', () => {
  it('are refused, and said where the source names them', async () => {
    const { code, err } = await train('strict.ssl', 'strict');
    expect(code).toBe(1);
    expect(err).toContain('data/image-sizes');
    expect(err).toMatch(/of 84 images of .*pictures, 70 are not 8 x 8 \(height x width\): .*1\.png is 9 x 10, /);
    expect(err).toContain('write `resize = true` in the `train` block');
    expect(err).toContain('train on "pictures" {');
  });

  it('are refused where all have one that is not the network\'s, and the same is advised', async () => {
    writePictures(at('alike', 'pictures'), { train: 2, test: 1 }, false);
    writeFileSync(at('larger.ssl'), source('').replace('tensor[3, 8, 8]', 'tensor[3, 16, 12]'));
    const { code, err } = await runCli(['train', at('larger.ssl'), '--data', at('alike'), '--out', at('larger'), '--threads', '1']);
    expect(code).toBe(1);
    expect(err).toContain("samples of pictures have shape [3, 8, 8], but the network's input is [3, 16, 12]");
    expect(err).toContain('write `resize = true` in the `train` block, and the images are scaled as they are read; or declare the input as tensor[3, 8, 8]');
  });

  it('are scaled where the source says so', () => {
    expect(trained.code).toBe(0);
    expect(trained.err).toMatch(/of 84 images of .*, 84 are grey: the one channel is read as red, green and blue/);
    expect(trained.err).toMatch(/of 84 images of .*, 70 have another size: scaled to 8 x 8 \(height x width\)/);
    expect(trained.err).toContain('60 training, 12 held-out and 12 test samples of 2 classes: a, b');
    const { error } = JSON.parse(readFileSync(at('run', 'summary.json'), 'utf8')) as { readonly error: { readonly baseline: number } };
    expect(error.baseline).toBe(0);

    expect(readFileSync(at('module', 'sides.js'), 'utf8')).toMatch(/"?resize"?: true/);
  });

  it.each(['run', 'module'])('are scaled in the evaluation of a %s as in training', async (place) => {
    const own = await runCli(['evaluate', at(place), ...(place === 'run' ? ['--data', at('sets')] : ['--data', at('sets', 'pictures')]), '--json']);
    expect(JSON.parse(own.out)).toMatchObject({ samples: 12, error: 0 });
    const others = await runCli(['evaluate', at(place), '--on', at('others'), '--json']);
    expect(JSON.parse(others.out)).toMatchObject({ samples: 18, error: 0, diagnostics: [{ code: 'data/converted' }, { code: 'data/converted' }] });
  });

  it('make another run where they are not scaled', async () => {
    writeFileSync(at('sides.ssl'), source(''));
    writePictures(at('same', 'pictures'), { train: 10, test: 1 }, false);
    const resumed = await runCli(['train', at('sides.ssl'), '--data', at('same'), '--out', at('run'), '--resume']);
    expect(resumed.err).toMatch(/scaling of images.*to the input/);
  });

  it('are held out by their folder val or by the source, not by both', async () => {
    const { code, err } = await train('share.ssl', 'share');
    expect(code).toBe(1);
    expect(err).toContain('both `held_out` and pictures itself say which samples are held out');
    expect(err).toContain('  held_out = 0.1');
  });
});
