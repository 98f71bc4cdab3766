import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run.ts';
import { InternalError } from '../../src/base/invariant.ts';
import { smallFiles } from './support.ts';

const { source } = smallFiles();

async function failing(environment: Readonly<Record<string, string>>): Promise<{ code: number; err: string }> {
  let err = '';
  const code = await runCommandLine(['check', source], {
    out: () => {
      throw new InternalError('a pass contradicts itself');
    },
    err: (text) => void (err += text),
    interactive: false,
    progress: () => {},
    environment,
    interruptible: async (work) => ({ result: await work(new AbortController().signal) }),
  });
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
});
