// The page of the language names every operation with its arguments and defaults.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ParamSyntax } from '../../src/ir/surface-syntax.ts';
import { ops } from '../../src/ops/index.ts';

const page = readFileSync(new URL('../../grammar/README.md', import.meta.url), 'utf8');

function written({ name, default: value }: ParamSyntax): string {
  if (value === undefined) return name;
  const text = typeof value === 'object' ? value.sameAs : String(value);
  return `${name} = ${text}`;
}

test.each([...ops.values()].flatMap(({ name, syntax }) => (syntax ? [{ name, syntax }] : [])))('$name', ({ name, syntax }) => {
  expect(page).toContain(`\n| \`${name}(${[...syntax.operands, ...(syntax.more ? ['...'] : []), ...syntax.params.map(written)].join(', ')})\` | `);
});

test('and none besides, but for normalize', () => {
  const named = [...page.matchAll(/^\| `(\w+)\(input|^\| `(\w+)\((?:left|first|value)/gm)].map(([, one, two]) => one ?? two);
  const known = [...ops.values()].filter(({ syntax }) => syntax).map(({ name }) => name);
  expect(new Set(named)).toEqual(new Set([...known, 'normalize']));
});
