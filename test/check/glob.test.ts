import { expect, test } from 'vitest';
import { matches } from '../../src/check/sparsity/glob.ts';

test.each([
  ['conv1', 'conv1', true],
  ['conv1', 'conv11', false],
  ['conv*', 'conv1', true],
  ['conv*', 'conv', true],
  ['conv*', 'conv1.relu', false],
  ['conv**', 'conv1.relu', true],
  ['*.relu', 'conv1.relu', true],
  ['*.relu', 'stage1.conv1.relu', false],
  ['**.relu', 'stage1.conv1.relu', true],
  ['stage2.*.conv1', 'stage2.block1.conv1', true],
  ['stage2.*.conv1', 'stage2.conv1', false],
  ['*1*', 'conv12', true],
  ['.', 'x', false],
  ['**', '__proto__', true],
])('%s against %s: %s', (pattern, name, expected) => expect(matches(pattern, name)).toBe(expected));

test('a hostile pattern takes no exponential time', () => {
  expect(matches(`${'*a'.repeat(200)}*b`, 'a'.repeat(500))).toBe(false);
});
