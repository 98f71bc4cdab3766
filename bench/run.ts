// The bench command: `npm run --silent bench -- SUITE [--json] [--candidates A,B] [--cases GLOB] [--wait SECONDS]`.

import { availableParallelism } from 'node:os';
import { matchesGlob } from 'node:path';
import { processorHere } from '../src/driver/module/processor.ts';
import { readOptions, UsageError } from './arguments.ts';
import { installLocked, installedVersions } from './install.ts';
import { compileLoops, sentinelsOf } from './peak-loop.ts';
import { largerPeaks, measurePeaks, peakLoopBytes } from './peak.ts';
import { formatResult } from './report.ts';
import type { Result } from './report.ts';
import type { Suite, SuiteContext } from './suite.ts';
import { suites } from './suites.ts';

const usage = [
  'usage: npm run --silent bench -- SUITE [--json] [--candidates A,B] [--cases GLOB] [--wait SECONDS]',
  '',
  ...suites.map((suite) => `  ${suite.name.padEnd(10)}${suite.doc}`),
  '',
  '  --json              one JSON object on standard output instead of tables',
  '  --candidates A,B    only these of the suite',
  "  --cases GLOB        only these cases, such as 'caffenet/*/dense'",
  '  --wait SECONDS      wait so long in each case for a machine that nobody else uses',
].join('\n');

interface Command {
  readonly suite: Suite;
  readonly json: boolean;
  readonly candidates: readonly string[];
  readonly cases: string | undefined;
  readonly quietMs: number;
}

function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = readOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      candidates: { type: 'string' },
      cases: { type: 'string' },
      wait: { type: 'string', default: '0' },
    },
  });
  const suite = suites.find(({ name }) => name === positionals[0]);
  if (!suite || positionals.length !== 1) throw new UsageError('name one suite');
  const candidates = values.candidates?.split(',') ?? suite.candidates;
  const unknown = candidates.find((name) => !suite.candidates.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`suite ${suite.name} has no candidate "${unknown}": known are ${suite.candidates.join(', ')}`);
  }
  const { cases } = values;
  if (cases !== undefined && !suite.cases.some((name) => matchesGlob(name, cases))) {
    throw new UsageError(`suite ${suite.name} has no case that "${cases}" fits: known are ${suite.cases.join(', ')}`);
  }
  if (!/^\d+$/.test(values.wait)) throw new UsageError(`--wait takes a number of seconds, not ${values.wait}`);
  return { suite, json: values.json, candidates, cases, quietMs: 1000 * Number(values.wait) };
}

async function runSuite({ suite, candidates, cases, quietMs }: Command): Promise<Result> {
  const progress = (line: string): void => console.error(line);
  const { brand, core } = processorHere();
  const loops = compileLoops(await peakLoopBytes());
  const context: SuiteContext = {
    wantsCase: (name) => cases === undefined || matchesGlob(name, cases),
    wantsCandidate: (name) => candidates.includes(name),
    sentinels: sentinelsOf(loops.strict),
    quietMs,
    progress,
  };
  const packages = suite.packages(context);
  if (packages.length > 0) installLocked(import.meta.dirname, () => progress('installing the peers (about 500 MB)'));
  const before = await measurePeaks(loops);
  const { rows, engine } = await suite.run(context);
  const { strict, relaxed } = largerPeaks(before, await measurePeaks(loops));
  return {
    suite: suite.name,
    machine: {
      cpu: brand,
      core,
      threads: availableParallelism(),
      node: process.versions.node,
      peakGflops: strict,
      ...(relaxed !== undefined && { relaxedPeakGflops: relaxed }),
    },
    ...(engine && { engine }),
    peers: installedVersions(packages),
    rows,
  };
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  // What libraries print about themselves is no part of the result.
  console.log = console.error;
  console.info = console.error;
  const result = await runSuite(command);
  const text = command.json ? JSON.stringify(result) : formatResult(result, command.suite.tables(result));
  process.stdout.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
