// Every fixture beside what parsing it gives: its syntax tree, or its diagnostics as a person sees them.
// `vitest -u` writes the expectations; read them before committing.

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/base/frame.ts';
import { parse } from '../../src/syntax/parse.ts';
import { outline } from './outline.ts';

const folder = new URL('fixtures/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.ssl'));

test.each(names)('%s', async (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');
  const { file, diagnostics } = parse({ name, text });
  const result = diagnostics.length > 0 ? diagnostics.map(renderDiagnostic).join('\n\n') : outline(file).join('\n');
  const document = ['```ssl', text.trimEnd(), '```', '', '```', result, '```', ''].join('\n');
  await expect(document).toMatchFileSnapshot(new URL(name.replace('.ssl', '.expect.md'), folder).pathname);
});
