import { expect, test } from 'vitest';
import { coreOf, processorText } from '../../src/driver/module/processor.ts';

const info = (fields: Readonly<Record<string, string>>): string => Object.entries({ processor: '0', ...fields }).map(([name, value]) => `${name}\t: ${value}\n`).join('');

test.each([
  ['AuthenticAMD', '26', '2', 'Zen 5 (family 26, model 2)'],
  ['AuthenticAMD', '25', '1', 'Zen 3 (family 25, model 1)'],
  ['AuthenticAMD', '25', '17', 'Zen 4 (family 25, model 17)'],
  ['GenuineIntel', '6', '143', 'Golden Cove (family 6, model 143)'],
  // What nobody has named yet is told by its numbers.
  ['GenuineIntel', '19', '1', 'family 19, model 1'],
])('%s family %s model %s', (vendor, family, model, name) => {
  expect(coreOf(info({ vendor_id: vendor, 'cpu family': family, model, 'model name': 'AMD EPYC' }))).toBe(name);
});

test('a brand that is all there is to say is said once', () => {
  expect(processorText({ brand: 'Apple M2', core: 'Apple M2' })).toBe('Apple M2');
  expect(processorText({ brand: 'AMD EPYC', core: 'Zen 5 (family 26, model 2)' })).toBe('AMD EPYC, Zen 5 (family 26, model 2)');
});

test('ARM has parts, and a file that says nothing is no core', () => {
  expect(coreOf(info({ 'CPU implementer': '0x41', 'CPU part': '0xd40' }))).toBe('Neoverse V1');
  expect(coreOf(info({ 'CPU part': '0xfff' }))).toBe('ARM part 0xfff');
  expect(coreOf('')).toBeUndefined();
});
