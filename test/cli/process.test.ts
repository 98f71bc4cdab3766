// Command lines in processes of their own: exit codes, pipes, signals, full disks.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listing, smallFiles, temporaryFolder } from './support.ts';
import { writeStripes } from './stripes.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
const cache = temporaryFolder();
const { folder, source, weights } = smallFiles();

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ReturnType<typeof spawn>;
  readonly ended: Promise<Ended>;
}

function start(command: string, args: readonly string[], stdout: 'pipe' | number = 'pipe', cacheHome = cache): Started {
  const child = spawn(command, args, { stdio: ['ignore', stdout, 'pipe'], env: { ...process.env, XDG_CACHE_HOME: cacheHome, SSL_DEBUG: '' } });
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { child, ended };
}

const run = (...args: readonly string[]): Promise<Ended> => start(process.execPath, [main, ...args]).ended;

describe('a process', () => {
  it('exits 0, 1 and 2', async () => {
    expect(await run('check', source)).toMatchObject({ code: 0, err: '' });
    const wrong = await run('check', join(folder, 'nothing.ssl'));
    expect(wrong).toMatchObject({ code: 1, out: '', err: expect.stringContaining('file/unreadable') });
    expect(wrong.err).not.toMatch(/^ +at /m);
    expect(await run('chek')).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean check?') });
  });

  it.runIf(process.platform === 'linux')('does without a cache where none can be made', async () => {
    const { child, ended } = start(process.execPath, [main, 'check', source], 'pipe', '/proc/x');
    const timer = setTimeout(() => child.kill(), 20_000);
    expect(await ended).toMatchObject({ code: 0, err: '' });
    clearTimeout(timer);
  });

  it('says which Node it needs', async () => {
    const older = "data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })";
    const { code, out, err } = await start(process.execPath, ['--import', older, main, 'check', source]).ended;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^error: ssl-compile needs Node \d+\.\d+ or newer and runs in Node 20\.18\.3: .*\n$/);
  });

  it('is not ended by the module that it verifies', async () => {
    const out = join(temporaryFolder(), 'out');
    await run('build', source, '--weights', weights, '--target', 'js', '--out', out);
    appendFileSync(join(out, 'small.js'), 'process.exit(0);');
    const { code, err } = await run('verify', out, '--weights', weights, '--source', source);
    expect(code).toBe(1);
    expect(err).toContain('module/broken');
  });

  it('shows no progress where nobody watches', async () => {
    const { code, err } = await run('bench', source, '--weights', weights);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('ends quietly when its reader has seen enough', async () => {
    const long = join(folder, 'long.ssl');
    const names = Array.from({ length: 2000 }, (_, i) => `l${i}`);
    writeFileSync(long, `network Net(x: tensor[4]) {\n${names.map((name, i) => `  ${name} = relu(${i === 0 ? 'x' : names[i - 1]})\n`).join('')}  return dense(l1999, units = 2)\n}\n`);
    const { child, ended } = start(process.execPath, [main, 'check', long]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it.runIf(existsSync('/dev/full'))('says that its output does not fit', async () => {
    const { code, err } = await start(process.execPath, [main, 'check', source], openSync('/dev/full', 'w')).ended;
    expect(code).toBe(1);
    expect(err).toContain('cannot write standard output: the disk is full');
  });

  it.runIf(process.platform === 'linux')('leaves nothing half-written where a file cannot grow', async () => {
    const place = temporaryFolder();
    const out = join(place, 'out');
    // No file may be longer than one block: the declarations and the module do not fit.
    const script = 'trap "" XFSZ; ulimit -f 1; exec "$@"';
    const { code, err } = await start('sh', ['-c', script, 'sh', process.execPath, main, 'build', source, '--weights', weights, '--out', out]).ended;
    expect(code).toBe(1);
    expect(err).toContain('file/not-writable');
    expect(err).not.toMatch(/^ +at /m);
    expect(listing(place)).toEqual([]);
  });

  /** A training that takes long, once its first epoch is done. */
  async function startTraining(): Promise<Started & { readonly out: string }> {
    const place = temporaryFolder();
    writeStripes(join(place, 'stripes'));
    const file = join(place, 'long.ssl');
    writeFileSync(file, 'network Net(image: tensor[1, 6, 6]) {\n  return dense(image, units = 2)\n}\ntrain on "stripes" { baseline { epochs = 100000, batch = 20, rate = 0.01 } }\n');
    const out = join(place, 'run');
    const started = start(process.execPath, [main, 'train', file, '--data', place, '--out', out]);
    await until(() => existsSync(join(out, 'metrics.jsonl')));
    return { ...started, out };
  }

  it.skipIf(process.platform === 'win32').each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('keeps a checkpoint at %s, and exits %i', async (signal, expected) => {
    const { child, ended, out } = await startTraining();
    child.kill(signal);
    const { code, err } = await ended;
    expect(code).toBe(expected);
    expect(err).toMatch(/^data stripes, [^\n]*\nstopped after step \d+ of 1100000; go on with --resume\n$/);
    expect(readdirSync(out).filter((name) => name.startsWith('run.lock'))).toEqual([]);
    expect(readdirSync(out)).toContain('checkpoint.json');
  });

  it.skipIf(process.platform === 'win32')('ends at once at a second signal', async () => {
    const { child, ended, out } = await startTraining();
    // Stopped meanwhile, so that both are there when it goes on.
    for (const signal of ['SIGSTOP', 'SIGHUP', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal);
    const { code, err } = await ended;
    // By the second, whichever that was.
    expect([129, 143]).toContain(code);
    expect(err).toMatch(/^data stripes, [^\n]*\n$/);
    expect(readdirSync(out)).toContain('run.lock');
  });

  it('ends at once when interrupted before there is anything to keep', async () => {
    const { child, ended } = start(process.execPath, [main, 'bench', source, '--weights', weights]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGINT');
    // Before our handler stands, the signal itself ends the process.
    expect([130, null]).toContain((await ended).code);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 20_000) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
