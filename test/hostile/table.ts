// Times check and fmt of every hostile source, each in a process of its own as a user would start it: at 1 MiB, and as
// long as it is read at all. By CPU time, which neighbours on the machine disturb less than time on the clock.
//
//   npm run build && npm run hostile                all of them, some ten minutes
//   npm run build && npm run hostile -- layers      those whose name has the word

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MOST_CHARACTERS } from '../../src/syntax/limits.ts';
import { hostileSources, largestRead } from './sources.ts';

/** Seconds of a check, the start of the process included. */
const BAR = 1;

const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-hostile-'));
const file = join(folder, 'hostile.ssl');
const command = join(import.meta.dirname, '../../dist/cli/main.js');

/** The process tells its own CPU time, on a third channel. */
const preload = `data:text/javascript,${encodeURIComponent("import { writeSync } from 'node:fs'; process.on('exit', () => { const { user, system } = process.cpuUsage(); writeSync(3, String((user + system) / 1e6)); });")}`;

interface Ran {
  readonly seconds: number;
  readonly code: number | null;
  /** The first line. */
  readonly said: string;
}

function run(...args: readonly string[]): Ran {
  const { status, stderr, output } = spawnSync(process.execPath, ['--import', preload, command, ...args], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, timeout: 60_000 });
  return { seconds: Number(output[3] ?? ''), code: status, said: stderr.split('\n', 1)[0] ?? '' };
}

/** One line of the table; whether anything is at fault. */
function measure(name: string, bytes: Uint8Array): boolean {
  writeFileSync(file, bytes);
  const checked = run('check', file);
  const formatted = run('fmt', file);
  const again = formatted.code === 0 ? run('fmt', '--check', file).code : 0;
  const faults = [
    ...(checked.seconds > BAR ? ['slow'] : []),
    ...([checked, formatted].some(({ code }) => code !== 0 && code !== 1) ? [`exit codes ${checked.code}, ${formatted.code}`] : []),
    ...(again === 0 ? [] : ['fmt does not read what it wrote']),
  ];
  console.log([name.slice(0, 34).padEnd(34), `${(bytes.length / 1024).toFixed(0)} KiB`.padStart(8), `check ${checked.seconds.toFixed(2)} s`, `fmt ${formatted.seconds.toFixed(2)} s`, checked.said.slice(0, 80), ...faults.map((fault) => `<-- ${fault}`)].join('  '));
  return faults.length > 0;
}

let atFault = 0;
try {
  for (const { name, make } of hostileSources.filter((each) => words.every((word) => each.name.includes(word)))) {
    const [whole, read] = [make(MOST_CHARACTERS), largestRead(make)];
    if (measure(name, whole)) atFault++;
    if (read.length < whole.length && measure(name, read)) atFault++;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${atFault} at fault`);
process.exitCode = atFault > 0 ? 1 : 0;
