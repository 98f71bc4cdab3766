import { describe, expect, it } from 'vitest';
import { answerTo, runCommandLine } from '../../src/cli/run.ts';
import type { Shell } from '../../src/cli/shell.ts';
import { InternalError } from '../../src/base/invariant.ts';
import { smallFiles } from './support.ts';

const { source } = smallFiles();

const quiet: Shell = {
  out: () => {},
  err: () => {},
  interactive: false,
  progress: () => {},
  environment: {},
  interruptible: async (work) => ({ result: await work(new AbortController().signal) }),
};

async function failing(environment: Readonly<Record<string, string>>): Promise<{ code: number; err: string }> {
  let err = '';
  const out = (): never => {
    throw new InternalError('a pass contradicts itself');
  };
  const code = await runCommandLine(['check', source], { ...quiet, out, err: (text) => void (err += text), environment });
  return { code, err };
}

describe('a bug of ours', () => {
  it('exits 70 and asks for a report', async () => {
    const { code, err } = await failing({});
    expect(code).toBe(70);
    expect(err).toMatch(/^bug in ssl-compile \d+\.\d+\.\d+: a pass contradicts itself\nplease report this/);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('shows where it happened under SSL_DEBUG', async () => {
    const { err } = await failing({ SSL_DEBUG: '1' });
    expect(err).toMatch(/^ +at /m);
  });

  it('is JSON under --json', () => {
    let [out, err] = ['', ''];
    const shell: Shell = { ...quiet, out: (text) => void (out += text), err: (text) => void (err += text) };
    expect(answerTo(new InternalError('a pass contradicts itself'), ['check', '--json'], shell)).toBe(70);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({ ok: false, diagnostics: [{ code: 'command/bug', message: expect.stringContaining('a pass contradicts itself') }] });
  });
});
