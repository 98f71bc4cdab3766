import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grouped } from '../../src/base/number-text.ts';

test('numbers are grouped as English writes them, whole or not, however large', () => {
  expect([0, 999, 1000, -1234567, 2 ** 53, 1e24, 1234.5].map(grouped)).toEqual(['0', '999', '1,000', '-1,234,567', '9,007,199,254,740,992', '1,000,000,000,000,000,000,000,000', '1,234.5']);
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => grouped(value) === value.toLocaleString('en-US')));
});
