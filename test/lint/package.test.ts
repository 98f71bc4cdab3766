import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const file = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const { dependencies, devDependencies }: Record<string, Record<string, string>> = JSON.parse(file('package.json'));

test.each(Object.entries({ ...dependencies, ...devDependencies }))('%s is pinned and has its reason', (name, version) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(file('CONTRIBUTING.md')).toContain(`| \`${name}\``);
});
