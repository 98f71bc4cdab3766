// `build --tune`, and builds, `verify` and `explain` with what it has measured.

import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Shell } from '../../src/cli/shell.ts';
import { compilerVersion } from '../../src/driver/model/version.ts';
import { scheduleVersion } from '../../src/lower/schedule/version.ts';
import { parseTuning, readTuning, tuningHash, tuningText } from '../../src/driver/tuning/tuning-record.ts';
import type { TuningRecord } from '../../src/driver/tuning/tuning-record.ts';
import { listing, runCli, smallFiles, temporaryFolder } from './support.ts';
import type { Ran } from './support.ts';

const { folder, source, weights } = smallFiles();
const place = (name: string): string => join(folder, name);
const build = (out: string, ...more: readonly string[]): Promise<Ran> => runCli(['build', source, '--weights', weights, '--out', place(out), ...more]);
const verify = (out: string): Promise<Ran> => runCli(['verify', place(out), '--weights', weights, '--source', source]);

const tuned = await build('tuned', '--tune', '--json');
const path = join(place('tuned'), 'tuning.json');
const measured: TuningRecord = readTuning(path);
/** As another machine has measured it: no default, and so other code. */
const elsewhere: TuningRecord = {
  ...measured,
  processor: 'another processor',
  node: 'v99.0.0',
  nests: { conv1: { schedule: 'tile 2 of x, 1 vector of o, unroll 2', default: 4, tuned: 3 } },
};
const given = place('elsewhere.json');
writeFileSync(given, tuningText(elsewhere));

const tuneIn = (out: string, interruptible: Shell['interruptible'], ...more: readonly string[]): Promise<Ran> => runCli(['build', source, '--weights', weights, '--out', place(out), '--tune', ...more], {}, interruptible);
const twinSource = place('twin.ssl');
writeFileSync(twinSource, readFileSync(source, 'utf8').replace('network Small', 'network Twin'));
/** Another network of the same shapes. */
const twin = (out: string, ...more: readonly string[]): Promise<Ran> => runCli(['build', twinSource, '--weights', weights, '--out', place(out), ...more], {}, async () => expect.unreachable('measured'));
/** Ctrl-C at once. */
const stopped: Shell['interruptible'] = async (work) => ({ result: await work(AbortSignal.abort()), signal: 'SIGINT' });

/** Names and bytes of all files of a build. */
function filesOf(out: string): readonly (readonly [string, string])[] {
  return listing(place(out)).map((name) => [name, readFileSync(join(place(out), name)).toString('base64')]);
}

describe('build --tune', () => {
  it('writes a record beside the module, which is sorted and says what it belongs to', () => {
    expect(tuned.code).toBe(0);
    expect(listing(place('tuned'))).toEqual(['package.json', 'small.d.ts', 'small.js', 'small.wasm', 'tuning.json']);
    expect(measured).toMatchObject({ version: scheduleVersion, compiler: `ssl-compile ${compilerVersion()}`, name: 'Small', target: 'wasm', node: process.version, network: expect.stringMatching(/^sha256:[\da-f]{64}$/) });
    expect(tuningText(measured)).toBe(readFileSync(path, 'utf8'));
    const names = Object.keys(measured.nests);
    expect(names).toEqual(names.toSorted());
    expect(names).toContain('conv1');
    expect(JSON.parse(tuned.out)).toMatchObject({ ok: true, tuning: { network: measured.network, nests: measured.nests, left: [], isInterrupted: false } });
  });

  it('gives the module that a build with the record gives, and that verify finds sound', async () => {
    expect((await build('again', '--tuning', path)).code).toBe(0);
    expect(filesOf('again')).toEqual(filesOf('tuned'));
    expect((await verify('tuned')).out).toContain('files: 3 of 3 as built, byte for byte\nok');
  });

  it('that is interrupted builds with what it has, here nothing', async () => {
    const { code, out, err } = await tuneIn('interrupted', stopped);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^stopped: 0 nests measured\nnot measured, and left as they are: .*conv1/);
    expect(listing(place('interrupted'))).toEqual(listing(place('tuned')));
    await build('plain');
    expect(readFileSync(join(place('interrupted'), 'small.wasm')).length).toBe(readFileSync(join(place('plain'), 'small.wasm')).length);
    expect((await verify('interrupted')).code).toBe(0);
  });

  it('that is interrupted keeps a record of the same build that knows more, and says so', async () => {
    cpSync(place('tuned'), place('kept'), { recursive: true });
    const { code, out } = await tuneIn('kept', stopped);
    expect(code).toBe(0);
    const beside = join(place('kept'), 'tuning.json');
    expect(out).toContain(`stopped: 0 nests measured, fewer than ${beside} has: that one stays\nschedules of ${Object.keys(measured.nests).length} nests as ${beside} has them, measured on this machine; by `);
    expect(filesOf('kept')).toEqual(filesOf('tuned'));
    const machines = JSON.parse((await tuneIn('kept', stopped, '--json')).out) as object;
    expect(machines).toMatchObject({ tuning: { nests: measured.nests, isInterrupted: true, isFromHere: true } });
    // One of another build is of no use here, and goes with the module that it was for.
    await tuneIn('kept', stopped, '--batch', '2');
    expect(readTuning(beside)).toMatchObject({ batch: 2, nests: {} });
  });

  it('measures nothing for a folder that nothing can be written to', async () => {
    const { code, err } = await tuneIn('small.ssl', async () => expect.unreachable('measured'));
    expect(code).toBe(1);
    expect(err).toContain(`error[file/not-writable]: cannot write ${place('small.ssl')}: ${place('small.ssl')} is not a folder`);
  });

  it.each([
    [['--tune', '--tuning', given], "option '--tune' cannot be used with option '--tuning <file>'"],
    [['--tune', '--stop-after', 'lower'], "option '--tune' cannot be used with option '--stop-after <stage>'"],
  ])('%j is a contradiction', async (options, message) => {
    const { code, err } = await build('none', ...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('has nothing to measure where schedules are no choice', async () => {
    const { code, err } = await build('none', '--tune', '--target', 'gpujs');
    expect(code).toBe(1);
    expect(err).toContain('error[tuning/no-schedules]: target gpujs has no schedules to measure');
    expect(existsSync(place('none'))).toBe(false);
  });
});

describe('build --tuning', () => {
  it('gives the same bytes twice, says where the schedules are from, and is verified', async () => {
    const { code, out } = await build('given', '--tuning', given);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^schedules of 1 nest as ${given} has them, measured on another processor, Node v99\\.0\\.0, which is not this machine; by ssl-compile `));
    await build('given-again', '--tuning', join(place('given'), 'tuning.json'));
    expect(filesOf('given-again')).toEqual(filesOf('given'));
    expect(filesOf('given')).not.toEqual(filesOf('tuned'));
    expect((await verify('given')).code).toBe(0);
  });

  it('tells in meta which schedules are pinned, and from where', async () => {
    const { load } = (await import(pathToFileURL(join(place('given'), 'small.js')).href)) as { load: () => Promise<{ meta: object }> };
    expect((await load()).meta).toMatchObject({
      tuning: { record: `sha256:${tuningHash(elsewhere)}`, network: measured.network, processor: 'another processor', node: 'v99.0.0', schedules: { conv1: 'tile 2 of x, 1 vector of o, unroll 2' } },
    });
  });

  it('never takes the place of the record of another network', async () => {
    cpSync(place('tuned'), place('shared'), { recursive: true });
    const beside = join(place('shared'), 'tuning.json');
    const before = filesOf('shared');
    const own = place('twin.json');
    // Stopped at once, for the hash of the network.
    await runCli(['build', twinSource, '--weights', weights, '--out', place('twin'), '--tune'], {}, stopped);
    cpSync(join(place('twin'), 'tuning.json'), own);
    for (const options of [['--tune'], ['--tuning', own]]) {
      const { code, err } = await twin('shared', ...options);
      expect(code).toBe(1);
      expect(err).toContain(`error[tuning/taken]: ${beside} is the record of network Small, and that of Twin would take its place\n   = help: build each network into a folder of its own, or move that record away`);
      expect(filesOf('shared')).toEqual(before);
    }
    // Without a record of its own it may go there, and needs no advice on that of its neighbour.
    expect(await twin('shared')).toMatchObject({ code: 0, err: '' });
    expect(readTuning(beside)).toEqual(measured);
    expect((await runCli(['verify', join(place('shared'), 'small.js'), '--weights', weights, '--source', source])).code).toBe(0);
  });

  it('a record that is not used is said', async () => {
    cpSync(place('given'), place('forgotten'), { recursive: true });
    const { code, err } = await build('forgotten');
    expect(code).toBe(0);
    expect(err).toContain('warning[tuning/unused]');
    expect(err).toContain(`add --tuning ${join(place('forgotten'), 'tuning.json')}, or remove it`);
  });
});

describe('a record of something else', () => {
  const file = join(temporaryFolder(), 'tuning.json');
  const answer = async (record: object | string, ...options: readonly string[]): Promise<string> => {
    writeFileSync(file, typeof record === 'string' ? record : JSON.stringify(record));
    const { code, out, err } = await build('refused', '--tuning', file, ...options);
    expect({ code, out, written: existsSync(place('refused')) }).toEqual({ code: 1, out: '', written: false });
    return err.replaceAll(file, 'tuning.json');
  };

  it('says what differs and what to do', async () => {
    const { nests } = elsewhere;
    const again = '{ "version": 1, "version": 1 }';
    const answers = [
      await answer({ ...elsewhere, network: 'sha256:0' }),
      await answer(elsewhere, '--dense'),
      await answer(elsewhere, '--batch', '2'),
      await answer(elsewhere, '--target', 'js'),
      await answer({ ...elsewhere, version: 99, compiler: 'ssl-compile 99.0.0' }),
      await answer({ ...elsewhere, nests: { conv9: nests['conv1'] } }),
      await answer({ ...elsewhere, nests: { conv1: { ...nests['conv1'], schedule: 'tile 99 of x, 1 vector of o' } } }),
      await answer({ ...elsewhere, nests: { conv1: { schedule: 3 } } }),
      await answer({ ...elsewhere, nests: undefined }),
      await answer({ ...elsewhere, nests: [] }),
      await answer({ ...elsewhere, batch: 0 }),
      // What no double holds is read as infinity, which no record could be written with.
      await answer(tuningText(elsewhere).replace('"tuned": 3', '"tuned": 1e999')),
      await answer(tuningText({ ...elsewhere, winograd: 1e-4, weightsAs: 'int8' })),
      await answer('3'),
      await answer('{'),
      await answer(again),
    ];
    await expect(`${answers.join('\n')}\n`).toMatchFileSnapshot('golden/tuning-faults.txt');
  });

  it('is no record of a module that was built with another', async () => {
    cpSync(place('given'), place('changed'), { recursive: true });
    cpSync(path, join(place('changed'), 'tuning.json'));
    const beside = join(place('changed'), 'tuning.json');
    const { code, err } = await verify('changed');
    expect(code).toBe(1);
    expect(err).toContain('error[tuning/changed]');
    expect(err).toContain(`= help: build with it: --tuning ${beside}`);
    // As a build of another network into this folder leaves it.
    writeFileSync(beside, tuningText({ ...elsewhere, network: 'sha256:0' }));
    expect((await verify('changed')).err).toContain('= help: it is of another build: remove it, or build each module into a folder of its own');
  });

  it.each([
    ['text that is no JSON', '{ "version": 1,', 'tuning/corrupt'],
    ['of another version', tuningText({ ...elsewhere, version: 99 }), 'tuning/version'],
  ])('is a fault among others where it is %s', async (_, text, fault) => {
    cpSync(place('given'), place('unread'), { recursive: true });
    writeFileSync(join(place('unread'), 'tuning.json'), text);
    const { code, out, err } = await verify('unread');
    expect(code).toBe(1);
    expect(err).toContain(`error[${fault}]: ${join(place('unread'), 'tuning.json')}`);
    expect(out).toContain('files: 3 of 3 as built, byte for byte\nNOT ok');
  });

  it('a module whose meta tells of no schedules that there are', async () => {
    cpSync(place('given'), place('tampered'), { recursive: true });
    const script = join(place('tampered'), 'small.js');
    writeFileSync(script, readFileSync(script, 'utf8').replace('another processor', 'other processor').replace('unroll 2', 'unroll 4'));
    expect((await verify('tampered')).err).toContain('error[module/changed]');
    writeFileSync(script, readFileSync(script, 'utf8').replace('schedules: {', 'schemes: {'));
    expect((await verify('tampered')).err).toContain('`tuning` of its meta is missing or wrong');
  });
});

describe('explain', () => {
  const explain = (...more: readonly string[]): Promise<Ran> => runCli(['explain', source, '--weights', weights, ...more]);

  it('shows the schedule of each nest, and whether it was measured', async () => {
    const { out } = await explain('--tuning', given);
    expect(out).toContain('Schedules for wasm, --batch 1, measured on another processor, Node v99.0.0, or chosen by a model of a core:');
    expect(out).toMatch(/\nconv1 +tile 2 of x, 1 vector of o, unroll 2 +4 +3 +measured\n/);
    expect(out).toMatch(/\npool1 +sweep [^\n]+ model\n/);
    expect((await explain()).out).toMatch(/\nconv1 +tile \d+ of x, 1 vector of o, unroll 4\n/);
  });

  it('answers machines', async () => {
    const { out } = await explain('--tuning', given, '--json');
    const { schedules } = JSON.parse(out) as { schedules: { nests: object[] } };
    expect(schedules).toMatchObject({ target: 'wasm', measured: { processor: 'another processor' } });
    expect(schedules.nests).toContainEqual({ name: 'conv1', schedule: 'tile 2 of x, 1 vector of o, unroll 2', measured: { default: 4, tuned: 3 } });
  });

  it('is of the build that the record is of', async () => {
    await tuneIn('dense', stopped, '--dense', '--batch', '2');
    const { network, dense, batch } = readTuning(join(place('dense'), 'tuning.json'));
    const of = place('dense.json');
    writeFileSync(of, tuningText({ ...elsewhere, network, dense, batch, nests: { fc1: { schedule: 'tile 1 of n, 1 vector of o, unroll 1', default: 4, tuned: 3 } } }));
    const { err, out } = await explain('--tuning', of);
    expect(err).toBe('');
    expect(out).toContain('Schedules for wasm, --dense, --batch 2, measured on');
    expect(out).toMatch(/\nfc1 +tile 1 of n, 1 vector of o, unroll 1 +4 +3 +measured\n/);
  });

  it('uses no record of another network, and none without weights', async () => {
    const other = place('other.json');
    writeFileSync(other, tuningText({ ...elsewhere, network: 'sha256:0' }));
    expect((await explain('--tuning', other)).err).toContain('error[tuning/network]');
    const { code, err } = await runCli(['explain', source, '--tuning', given]);
    expect(code).toBe(2);
    expect(err).toContain('add --weights');
  });
});

it('a record has one text, whatever the order of its nests', () => {
  const [a, b] = [{ schedule: 'sweep n', default: 1, tuned: 1 }, { schedule: 'sweep m', default: 2, tuned: 1.5 }];
  const text = tuningText({ ...elsewhere, nests: { b, a } });
  expect(text).toBe(tuningText({ ...elsewhere, nests: { a, b } }));
  expect(parseTuning(text, 'tuning.json')).toEqual({ ...elsewhere, nests: { a, b } });
});
