// The bench command: `npm run --silent bench -- SUITE [--json] [--candidates A,B] [--cases GLOB] [--wait SECONDS]`.

import { matchesGlob } from 'node:path';
import { readOptions, UsageError } from './arguments.ts';
import { formatResult } from './report.ts';
import { runSuite } from './run-suite.ts';
import type { SuiteRequest } from './run-suite.ts';
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

interface Command extends SuiteRequest {
  readonly json: boolean;
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

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  // What libraries print about themselves is no part of the result.
  console.log = console.error;
  console.info = console.error;
  const result = await runSuite(command, (line) => console.error(line));
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
