import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import { pngBytes } from '../data/files.ts';
import { runCli, temporaryFolder } from './support.ts';

describe('names of classes', () => {
  const place = temporaryFolder();
  const dot = (value: number): Uint8Array => pngBytes({ width: 2, height: 2, colour: 0, rows: new Uint8Array(4).fill(value) });
  const pets = (labels: string): string => `network Pets(image: tensor[1, 2, 2]) {
  scores = dense(image, units = 3)
${labels}
  return scores
}
train on "pets" { baseline { epochs = 30, batch = 3, rate = 0.5 } held_out = 0 }
`;
  const trainPets = (labels: string, out: string): ReturnType<typeof runCli> => {
    writeFileSync(join(place, 'pets.ssl'), pets(labels));
    return runCli(['train', join(place, 'pets.ssl'), '--data', place, '--out', join(place, out), '--no-timing']);
  };
  const summaryOf = (out: string): unknown => JSON.parse(readFileSync(join(place, out, 'summary.json'), 'utf8'));
  const brightness = { bird: 0, cat: 128, dog: 255 };
  beforeAll(() => {
    for (const [name, value] of Object.entries(brightness)) {
      for (const file of [join('train', name), join('test', name)]) {
        mkdirSync(join(place, 'pets', file), { recursive: true });
        writeFileSync(join(place, 'pets', file, '1.png'), dot(value));
      }
    }
  });

  it('come from the folders where the source has none', async () => {
    const { code, err } = await trainPets('', 'unnamed');
    expect(code).toBe(0);
    expect(err).toContain('3 training and 3 test samples of 3 classes: bird, cat, dog\n');
    expect(summaryOf('unnamed')).toMatchObject({ labels: ['bird', 'cat', 'dog'] });
  });

  it('have the order of the source', async () => {
    const { code, err } = await trainPets('  labels ["dog", "cat", "bird"]', 'named');
    expect(code).toBe(0);
    expect(err).toContain('bird, cat, dog; the outputs are, as the source says: dog, cat, bird\n');
    expect(summaryOf('named')).toMatchObject({ labels: ['dog', 'cat', 'bird'], error: { baseline: 0 } });
    // A bright image is a dog, which is the first output.
    const { tensors } = readSafetensors(readFileSync(join(place, 'named', 'weights.safetensors')), 'weights');
    const weights = tensors.get('scores.weight')?.data ?? [];
    expect(weights[0]).toBeGreaterThan(weights[8] ?? NaN);
  });

  it('are held against those of a network that is evaluated', async () => {
    const { code, out } = await runCli(['evaluate', join(place, 'named'), '--data', place, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ wrong: 0, classes: ['dog', 'cat', 'bird'].map((name) => ({ name, samples: 1 })) });
  });

  it('that are others are refused', async () => {
    const { code, err } = await trainPets('  labels ["dog", "cat", "fish"]', 'other');
    expect(code).toBe(1);
    expect(err).toContain('error[data/class-names]: the classes of pets are "bird", "cat", "dog", those of the source "dog", "cat", "fish"');
    expect(err).toContain('the data lacks "fish", the source lacks "bird"');
  });
});
