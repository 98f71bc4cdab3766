// The reference against the official node tests, each by its name, and against the stored outputs of real models.

import { afterAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { evaluate } from '../../../src/onnx/reference/evaluate.ts';
import { bytesOf, folder } from './files.ts';
import { differenceFrom, storedModel } from './stored.ts';

interface Case {
  readonly path: string;
  /** How an importer meets it: `layer`, `pointwise`, `fold`, or `refuse`. */
  readonly class: string;
}

const listed = (file: string): unknown => (folder === undefined ? [] : JSON.parse(new TextDecoder().decode(bytesOf(file))));
const cases = listed('node-tests/cases.json') as readonly Case[];
const models = listed('models/models.json') as readonly { readonly name: string }[];

/** What no program computes alike: elements dropped out at random. The reference refuses them. */
const random: ReadonlySet<string> = new Set(['', '_default', '_default_mask', '_mask'].map((end) => `Dropout/test_training_dropout${end}`));
/** Its outputs are stored to four decimals. */
const tolerances: ReadonlyMap<string, number> = new Map([['AveragePool/test_averagepool_2d_ceil_last_window_starts_on_pad', 2e-4]]);
/** Sums of thousands of products, in the order of onnxruntime. */
const ofModels = 5e-6;

function differences(path: string, tolerance?: number): readonly string[] {
  const { model, sets } = storedModel(path);
  if (sets.length === 0) return ['no stored outputs'];
  return sets.flatMap(({ inputs, outputs }) => {
    const found = evaluate(model, inputs);
    return [...outputs].flatMap(([name, stored]) => {
      const difference = differenceFrom(found.get(name), stored, tolerance);
      return difference === undefined ? [] : [`${name} ${difference}`];
    });
  });
}

describe.skipIf(folder === undefined)('official node tests', () => {
  let [equal, refused] = [0, 0];
  const asked = cases.filter((each) => each.class !== 'refuse');
  afterAll(() => console.log(`reference: ${equal} of ${asked.length} node tests of the classes fold, layer and pointwise, and ${refused} of ${cases.length - asked.length} of the class refuse`));

  test.each(asked.map(({ path }) => path))('%s', (path) => {
    expect(differences(`node-tests/${path}`, tolerances.get(path))).toEqual([]);
    equal++;
  });

  test.each(cases.filter((each) => each.class === 'refuse' && !random.has(each.path)).map(({ path }) => path))('of what is not imported: %s', (path) => {
    expect(differences(`node-tests/${path}`)).toEqual([]);
    refused++;
  });

  test.each([...random])('refused: %s', (path) => {
    expect(() => differences(`node-tests/${path}`)).toThrow(DiagnosticError);
  });
});

describe.skipIf(folder === undefined)('real models', () => {
  test.each(models.map(({ name }) => name))('%s', { timeout: 300_000 }, (name) => {
    expect(differences(`models/${name}`, ofModels)).toEqual([]);
  });
});
