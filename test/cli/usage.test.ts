import { describe, expect, it } from 'vitest';
import { runCli } from './support.ts';

const commands = ['check', 'train', 'sweep', 'ladder', 'build', 'verify', 'evaluate', 'explain', 'report', 'bench', 'import', 'export', 'fmt', 'data'];

describe('help', () => {
  it('lists the commands', async () => {
    const { code, out } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  });

  it.each(commands)('%s has an example and --json', async (command) => {
    const { code, out, err } = await runCli([command, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`Examples?:\n  ssl-compile ${command} `));
    expect(out).toContain('--json');
  });

  it('tells the version', async () => {
    expect(await runCli(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });
});

describe('wrong usage exits 2', () => {
  it.each([
    ['no command', [], 'Usage: ssl-compile'],
    ['an unknown command', ['chek', 'x.ssl'], 'Did you mean check?'],
    ['an unknown option', ['check', '--jsn', 'x.ssl'], 'Did you mean --json?'],
    ['a missing argument', ['check'], "missing required argument 'file'"],
    ['too many arguments', ['check', 'a.ssl', 'b.ssl'], 'too many arguments'],
    ['an unknown stage', ['check', 'a.ssl', '--stop-after', 'nowhere'], 'Allowed choices are parse'],
    ['a stage of another command', ['check', 'a.ssl', '--stop-after', 'emit'], 'Allowed choices are parse, check'],
    ['a pass of another command', ['check', 'a.ssl', '--dump-after', 'eliminate'], "there is no pass 'eliminate': known: check"],
    ['no folder to build to', ['build', 'a.ssl'], "required option '--out <dir>'"],
    ['an empty folder to build to', ['build', 'a.ssl', '--out', ''], 'expected a folder'],
    ['an empty folder to train to', ['train', 'a.ssl', '--out', ''], 'expected a folder'],
    ['a batch of none', ['build', 'a.ssl', '--out', 'o', '--batch', '0'], 'expected an integer from 1'],
    ['a batch that is no number', ['build', 'a.ssl', '--out', 'o', '--batch', 'many'], 'expected an integer from 1'],
    ['no run to train to', ['train', 'a.ssl'], "required option '--out <run>'"],
    ['an infinite seed', ['train', 'a.ssl', '--out', 'o', '--seed', 'Infinity'], 'expected an integer from 0'],
    ['a seed beyond 32 bits', ['train', 'a.ssl', '--out', 'o', '--seed', '4294967296'], 'expected an integer from 0'],
    ['a seed with a fraction', ['train', 'a.ssl', '--out', 'o', '--seed', '1.5'], 'expected an integer from 0'],
    ['an unknown engine', ['train', 'a.ssl', '--out', 'o', '--engine', 'tensorflow'], 'Allowed choices are wasm, tfjs'],
    ['threads of an engine that has its own', ['train', 'a.ssl', '--out', 'o', '--engine', 'tfjs', '--threads', '2'], '--threads is of engine wasm'],
    ['no weights to verify against', ['verify', 'o'], "required option '--weights <run|file>'"],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await runCli(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toMatch(/^ +at /m);
  });
});

describe('wrong usage under --json prints one object', () => {
  it.each([
    ['no command', ['--json'], "unknown option '--json'", undefined],
    ['an unknown command', ['chek', '--json'], "unknown command 'chek'", 'Did you mean check?'],
    ['an unknown option', ['check', '--json', '--stop-aftr', 'parse', 'x.ssl'], "unknown option '--stop-aftr'", 'Did you mean --stop-after?'],
    ['a missing argument', ['check', '--json'], "missing required argument 'file'", undefined],
    ['formatted text', ['fmt', '--stdout', '--json', 'a.ssl'], "option '--stdout' cannot be used with option '--json'", undefined],
    ['no folder to build to', ['build', 'a.ssl', '--json'], "required option '--out <dir>' not specified", undefined],
    ['no run to train to', ['train', 'a.ssl', '--json'], "required option '--out <run>' not specified", undefined],
    ['a pass of another command', ['check', 'a.ssl', '--json', '--dump-after', 'eliminate'], "there is no pass 'eliminate': known: check", undefined],
  ])('%s', async (_, args, message, help) => {
    const { code, out, err } = await runCli(args);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toEqual({ ok: false, diagnostics: [{ code: 'command/usage', severity: 'error', message, related: [], ...(help !== undefined && { help }) }] });
  });

  it('but what follows -- is a file', async () => {
    const { code, out } = await runCli(['check', '--', '--json']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
  });
});
