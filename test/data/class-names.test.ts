import { expect, test } from 'vitest';
import { nameClasses } from '../../src/data/class-names.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { diagnosed } from './diagnosed.ts';

const pets: Dataset = {
  name: 'pets',
  shape: [1],
  classes: 3,
  labels: ['bird', 'cat', 'épagneul'.normalize('NFC')],
  training: { count: 4, samples: Uint8Array.of(1, 2, 3, 4), labels: Uint8Array.of(0, 1, 2, 1) },
  test: { count: 1, samples: Uint8Array.of(5), labels: Uint8Array.of(2) },
};

test('samples are numbered in the order of the source', () => {
  const named = nameClasses(pets, ['épagneul', 'bird', 'cat']);
  expect(named.labels).toEqual(['épagneul', 'bird', 'cat']);
  expect([...named.training.labels]).toEqual([1, 2, 0, 2]);
  expect([...named.test.labels]).toEqual([0]);
  // What was handed over stays as it was.
  expect([...pets.training.labels]).toEqual([0, 1, 2, 1]);
});

test('names are compared in NFC and stay as the source writes them', () => {
  const decomposed = 'épagneul'.normalize('NFD');
  const named = nameClasses(pets, ['bird', 'cat', decomposed]);
  expect(named.labels?.[2]).toBe(decomposed);
  expect(named.training).toBe(pets.training);
});

test('without names on one of the sides there is nothing to compare', () => {
  expect(nameClasses(pets, undefined)).toBe(pets);
  const { labels: _, ...unnamed } = pets;
  expect(nameClasses(unnamed, ['a', 'b', 'c'])).toBe(unnamed);
});

test('other names are refused with both lists and what differs', () => {
  expect(diagnosed(() => nameClasses(pets, ['bird', 'cat', 'dog']))).toMatchObject({
    code: 'data/class-names',
    message: 'the classes of pets are "bird", "cat", "épagneul", those of the source "bird", "cat", "dog"',
    help: 'the data lacks "dog", the source lacks "épagneul"; `labels` may have any order, but these names: "bird", "cat", "épagneul"',
  });
  // A class of the source without samples, and one of the data without an output.
  expect(diagnosed(() => nameClasses(pets, ['bird', 'cat', 'épagneul', 'dog'])).help).toContain('the data lacks "dog";');
  expect(diagnosed(() => nameClasses(pets, ['bird', 'cat'])).help).toContain('the source lacks "épagneul";');
  expect(diagnosed(() => nameClasses(pets, ['Bird', 'cat', 'épagneul'])).code).toBe('data/class-names');
});

test('classes whose order everybody knows may be called otherwise, by position; their own names are still names', () => {
  const digits: Dataset = { ...pets, labels: ['0', '1', '2'], namesByPosition: true };
  const named = nameClasses(digits, ['zero', 'one', 'two']);
  expect(named.labels).toEqual(['zero', 'one', 'two']);
  expect(named.training).toBe(pets.training);
  expect([...nameClasses(digits, ['2', '1', '0']).training.labels]).toEqual([2, 1, 0, 1]);
});
