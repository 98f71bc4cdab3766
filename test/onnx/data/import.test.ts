// Imports of the official node tests, each by its name, and of real models, against their stored outputs. What the language lacks is
// refused with a reason, and listed in refused.txt.

import { afterAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../../src/base/diagnostic.ts';
import { importGraph } from '../../../src/onnx/import/import-model.ts';
import { prove } from '../../../src/onnx/import/prove.ts';
import type { OnnxModel } from '../../../src/onnx/model/model.ts';
import type { Value } from '../../../src/onnx/reference/value.ts';
import { ops } from '../../../src/ops/index.ts';
import { bytesOf, folder } from './files.ts';
import { answers, folded, withConstants } from './imported.ts';
import { differenceFrom, storedModel } from './stored.ts';
import type { Stored } from './stored.ts';

interface Case {
  readonly path: string;
  readonly class: string;
}

const listed = (file: string): unknown => (folder === undefined ? [] : JSON.parse(new TextDecoder().decode(bytesOf(file))));
const cases = listed('node-tests/cases.json') as readonly Case[];
const models = listed('models/models.json') as readonly { readonly name: string }[];
const ofClass = (...classes: readonly string[]): readonly string[] => cases.filter((each) => classes.includes(each.class)).map(({ path }) => path);

/** Rounding of the runtime that made the outputs, whose sums are in f32; one file has them to four decimals. */
const tolerance = 2e-4;

/** How the import answers otherwise than stored; nothing where it does not. Throws what it is refused with. */
function differences(model: OnnxModel, { inputs, outputs }: Stored): readonly string[] {
  const imported = importGraph(model, { file: 'net.onnx' });
  prove(model, imported, ops);
  const found = answers(imported, inputs);
  return [...outputs].flatMap(([name, stored]) => {
    const data = Float64Array.from(found.get(name) ?? []);
    const difference = data.length === stored.data.length ? differenceFrom({ kind: 'float', type: 'float', shape: stored.shape, data } satisfies Value, stored, tolerance) : `has ${data.length} elements, stored are ${stored.data.length}`;
    return difference === undefined ? [] : [`${name} ${difference}`];
  });
}

/** The first of the ways in which the inputs of a test can be taken, as values or as constants, that can be imported. */
function asImported(path: string): { readonly refused?: readonly string[]; readonly differences: readonly string[] } {
  const { model, sets: [stored] } = storedModel(`node-tests/${path}`);
  if (!stored) throw new Error(`${path} has no stored outputs`);
  const names = model.graph.inputs.map(({ name }) => name);
  const refused: string[][] = [];
  for (const constants of [names.slice(1), [], names.slice(0, -1)]) {
    try {
      return { differences: differences(withConstants(model, stored.inputs, constants), stored) };
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      refused.push(error.diagnostics.map(({ code, message }) => `${code}: ${message}`));
    }
  }
  return { refused: refused[0] ?? [], differences: [] };
}

describe.skipIf(folder === undefined)('official node tests', () => {
  const asked = ofClass('layer', 'pointwise');
  let equal = 0;
  const refused: string[] = [];
  afterAll(() => console.log(`import: ${equal} of ${asked.length} node tests of the classes layer and pointwise, and ${ofClass('fold').length} of the class fold`));

  test.each(asked)('imported and equal, or refused: %s', (path) => {
    const found = asImported(path);
    expect(found.differences).toEqual([]);
    if (found.refused) refused.push(`${path}: ${found.refused.join('; ')}\n`);
    else equal++;
  });

  test('what is refused, and why', async () => {
    await expect(refused.toSorted().join('')).toMatchFileSnapshot('refused.txt');
  });

  test.each(ofClass('fold'))('folded: %s', (path) => {
    const { model, sets: [stored] } = storedModel(`node-tests/${path}`);
    const found = folded(withConstants(model, stored?.inputs ?? new Map(), [...(stored?.inputs.keys() ?? [])]));
    const faults = [...(stored?.outputs ?? [])].flatMap(([name, wanted]) => {
      const constant = found.get(name);
      return differenceFrom(constant && ({ ...constant, kind: constant.data instanceof Float64Array ? 'float' : 'integer' } as Value), wanted) ?? [];
    });
    expect(faults).toEqual([]);
  });

  test.each(ofClass('refuse'))('not misread: %s', (path) => {
    expect(asImported(path).differences).toEqual([]);
  });
});

/** Outputs and inner layers in an order of elements that no layer of the language makes. */
const beyond: ReadonlySet<string> = new Set(['ultraface-slim-320', 'fastestdet']);

describe.skipIf(folder === undefined)('real models', () => {
  test.each(models.map(({ name }) => name).filter((name) => !beyond.has(name)))('%s', { timeout: 300_000 }, (name) => {
    const { model, sets } = storedModel(`models/${name}`);
    for (const stored of sets) expect(differences(model, stored)).toEqual([]);
  });

  test.each([...beyond])('refused: %s', (name) => {
    expect(() => importGraph(storedModel(`models/${name}`).model, { file: name })).toThrow(DiagnosticError);
  });
});
