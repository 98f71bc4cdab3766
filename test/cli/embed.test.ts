// The scripts of examples/embed beside a module that was just built.

import { spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder, weightsOf } from './support.ts';
import { safetensorsFile } from '../safetensors-file.ts';

const examples = join(import.meta.dirname, '../../examples');
const folder = temporaryFolder();
const source = join(examples, 'demo.ssl');

beforeAll(async () => {
  const weights = join(temporaryFolder(), 'w.safetensors');
  writeFileSync(weights, safetensorsFile(weightsOf(readFileSync(source, 'utf8'))));
  await runCli(['build', source, '--weights', weights, '--out', folder]);
  cpSync(join(examples, 'embed'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});

function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: folder });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('close', (code) => resolve({ code, out }));
  });
}

describe('examples/embed', () => {
  it('node.mjs asks the network about a digit', async () => {
    const { out } = await run('node.mjs');
    expect(out).toMatch(/^it is a \d\n(\d +-?[\d.]+\n){10}[\d.]+ microseconds a digit\n$/);
  });

  it('node.mjs says how to build the module that is not there', async () => {
    const alone = join(temporaryFolder(), 'node.mjs');
    cpSync(join(examples, 'embed/node.mjs'), alone);
    expect(await run(alone)).toEqual({ code: 1, out: expect.stringMatching(/^no lenet\.js .* npx ssl-compile build RUN --out examples\/embed.*\n$/) });
  });

  it('the page loads only files that are there, and has no inline script', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    const named = [...page.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, file]) => file ?? '');
    expect(named).toEqual(['page.css', 'page.js']);
    for (const file of [...named, 'example-strokes.js', 'lenet.js']) expect(readFileSync(join(folder, file)).length).toBeGreaterThan(0);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|javascript:/);
    expect(readFileSync(join(folder, 'page.js'), 'utf8')).not.toMatch(/innerHTML|eval|new Function/);
  });

  it('example strokes are digits: ten, within the page', async () => {
    const { exampleStrokes } = (await import(join(folder, 'example-strokes.js'))) as { exampleStrokes: readonly (readonly (readonly number[])[])[][] };
    expect(exampleStrokes).toHaveLength(10);
    for (const point of exampleStrokes.flat(2)) for (const coordinate of point) expect(coordinate > 0 && coordinate < 1).toBe(true);
  });
});

describe('serve.mjs', () => {
  const child = spawn(process.execPath, [join(examples, 'embed/serve.mjs'), '0']);
  const origin = new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())));
  afterAll(() => child.kill());

  /** The path as it is: `fetch` would tidy it up. */
  const get = async (path: string): Promise<{ status: number | undefined; headers: Readonly<Record<string, string | string[] | undefined>> }> => {
    const { hostname, port } = new URL(await origin);
    return new Promise((resolve, reject) => {
      request({ hostname, port, path }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, headers: response.headers });
      }).on('error', reject).end();
    });
  };

  it('serves the page under a strict policy', async () => {
    const { status, headers } = await get('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html');
    expect(headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect((await get('/page.js')).headers['content-type']).toBe('text/javascript');
  });

  it.each(['/nothing', '/../demo.ssl', '/%2e%2e/demo.ssl', '/..%2fdemo.ssl', '/%', '/%00', '//'])('has nothing at %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('says what is wrong with a port', async () => {
    const { port } = new URL(await origin);
    expect(await run('serve.mjs', port)).toEqual({ code: 1, out: `port ${port} is taken: node serve.mjs 0 takes a free one\n` });
    for (const none of ['abc', '99999']) expect(await run('serve.mjs', none)).toEqual({ code: 1, out: `${none} is no port: node serve.mjs 0 takes a free one\n` });
  });
});
