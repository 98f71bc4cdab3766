import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { present } from '../../src/base/invariant.ts';
import { trainSpecOf } from '../../src/driver/run/train.ts';
import { checkIdentity, identityOf, overridesOf } from '../../src/driver/run/run-identity.ts';
import type { RunIdentity } from '../../src/driver/run/run-identity.ts';
import type { EngineName } from '../../src/driver/run/train-options.ts';
import type { Model } from '../../src/ir/network.ts';
import { formatSource } from '../../src/driver/model/source.ts';
import { modelOf, smallSource } from '../engine/fixture.ts';

const model = modelOf(smallSource);
const identity = (of: Model, data = 'data', engine?: EngineName): RunIdentity => identityOf(of, trainSpecOf(of), { data, engine });

/** What a run of the model is told that goes on as another. */
function differences(now: Model, data?: string, engine?: EngineName): readonly string[] {
  try {
    checkIdentity('run', identity(model), identity(now, data, engine));
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ message }) => message.replace(/^run was begun with another /, ''));
    throw error;
  }
}

const changed = (from: string, to: string): Model => modelOf(smallSource.replace(from, () => to));

describe('a run is the same', () => {
  test.each<[string, Model]>([
    ['with comments', modelOf(`// a comment\n${smallSource.replace('seed = 3', 'seed = 3 // another')}`)],
    ['laid out by fmt', modelOf(formatSource({ name: 'test.ssl', text: smallSource.replaceAll('  ', ' ') }))],
    ['with a setting written that is the default', changed('momentum = 0.9, decay = 5e-4', 'momentum = 0.9, decay = 0.0005')],
    ['on data of another name', changed('train on toy', 'train on "elsewhere"')],
    ['with an augmentation that changes nothing', changed('seed = 3', 'seed = 3\n  augment { pad = 0, mirror = false }')],
    ['with a constant', modelOf(`const lambda = 0.03 * 2\n${smallSource.replaceAll('0.06', 'lambda')}`)],
  ])('%s', (_, now) => {
    expect(differences(now)).toEqual([]);
  });
});

describe('a run is another', () => {
  const first = present(model.penalties[0], 'penalty');
  const spec = trainSpecOf(model);
  test.each<[string, Model, readonly string[]]>([
    ['a strength', changed('filters of conv1 strength 0.06', 'filters of conv1 strength 0.05'), ['strength of filters of conv1: it was 0.06, and is 0.05 now']],
    ['a strength of the API', { ...model, penalties: model.penalties.map((each) => (each === first ? { ...each, strength: 0.5 } : each)) }, ['strength of filters of conv1: it was 0.06, and is 0.5 now']],
    ['a penalty less', changed('lasso neurons of fc1   strength 0.06', ''), ['strength of neurons of fc1: it was 0.06, and is none now', 'weighting of neurons of fc1: it was one, and is none now']],
    ['a seed of the API', { ...model, train: { ...spec, seed: 9 } }, ['seed: it was 3, and is 9 now']],
    ['epochs', changed('epochs = 3', 'epochs = 4'), ['epochs of sparsify: it was 3, and is 4 now']],
    ['a rate', changed('epochs = 3, rate = 0.05', 'epochs = 3, rate = 0.06'), ['rate of sparsify: it was 0.05, and is 0.06 now']],
    ['a share held out', changed('seed = 3', 'seed = 3\n  held_out = 0.25'), [expect.stringMatching(/^share held out: it was 0\.08\d+, and is 0\.25 now$/)]],
    ['augmentation', changed('seed = 3', 'seed = 3\n  augment { pad = [2, 1], mirror = true }'), ['augmentation: it was none, and is pad [2, 1], mirror true now']],
    ['class weights', changed('seed = 3', 'seed = 3\n  class_weights = [1, 2, 0.5]'), ['list of class weights: it was none, and is 1, 2, 0.5 now']],
    ['a dropout', changed('rate = 0.25', 'rate = 0.3'), [expect.stringMatching(/^rate of fc1\S*: it was 0\.25, and is 0\.3 now$/)]],
    ['a method', changed('weighting = one', 'weighting = one\n  method = subgradient'), ['method: it was proximal, and is subgradient now']],
  ])('%s', (_, now, messages) => {
    expect(differences(now)).toEqual(messages);
  });

  test('under another engine', () => {
    expect(differences(model, 'data', 'wasm')).toEqual([]);
    expect(differences(model, 'data', 'tfjs')).toEqual(['engine: it was wasm, and is tfjs now']);
  });

  test('in rounds; of one round nothing is told that earlier runs did not tell', () => {
    const pruned = (settings: string): RunIdentity => identity(changed('weighting = one\n  lasso filters of conv1 strength 0.06\n  lasso neurons of fc1   strength 0.06', `admm filters of conv1 keep 50%\n  ${settings}`));
    expect(pruned('rounds = 1')).toEqual(pruned(''));
    expect(Object.keys(pruned('')).filter((name) => name.includes('rounds'))).toEqual([]);
    expect(pruned('rounds = 2')).toMatchObject({ 'rounds of admm': '2', 'schedule of rounds': 'anew in each' });
  });

  test.each([
    ['swish(norm1)', true],
    ['gelu(norm1, approximate = true)', true],
    ['gelu(norm1)', false],
    ['relu(norm1)', false],
  ])('gradients of another revision: %s', (activation, is) => {
    expect(Object.keys(identity(changed('relu(norm1)', activation))).filter((part) => part.startsWith('gradient of '))).toHaveLength(is ? 1 : 0);
  });

  test('budgets of the whole network', () => {
    const within = (keep: string): RunIdentity => identity(changed('weighting = one', `weighting = one\n  keep ${keep}`));
    expect(within('2 KB')).toMatchObject({ 'budget of bytes': '2000', 'strength of filters of conv1': '0.06' });
    expect(within('30% of macs')).toMatchObject({ 'budget of macs': '30%' });
  });

  test('layers', () => {
    expect(differences(changed('filters = 6', 'filters = 5'))).toContain('filters of conv1: it was 6, and is 5 now');
    expect(differences(changed('relu(norm1)', 'norm1'))[0]).toMatch(/^list of layers: /);
  });

  test('data', () => {
    expect(differences(model, 'other data')).toEqual(['data set: it was data, and is other data now']);
  });
});

test('a run that a program changed before it was trained says so to whoever opens it with its source', () => {
  const spec = trainSpecOf(model);
  const stronger = { ...model, penalties: model.penalties.map((each) => ({ ...each, strength: 0.5 })), train: { ...spec, seed: 9 } };
  expect(overridesOf('run', identity(stronger), model).map(({ code, severity, message }) => [code, severity, message])).toEqual([
    ['run/overridden', 'warning', 'run was trained with another strength of filters of conv1 than its source says: 0.5, not 0.06'],
    ['run/overridden', 'warning', 'run was trained with another strength of neurons of fc1 than its source says: 0.5, not 0.06'],
  ]);
  expect(overridesOf('run', identity(model), model)).toEqual([]);
});
