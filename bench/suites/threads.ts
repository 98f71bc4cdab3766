// Suite `threads`: modules that run on several threads, on one and on two, beside the same network without them. The
// convolutions of CaffeNet one after another are worth two threads; LeNet is not, and is to lose nothing.

import { compact, simplify } from '../../src/driver/build/compact.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { contest } from '../contest.ts';
import { randomValues } from '../masks.ts';
import { defaultEffort, systemClock } from '../measure.ts';
import { elementsOf, type Network } from '../network.ts';
import { startPair } from '../pair.ts';
import type { Peer } from '../peers/peer.ts';
import { sslThreads } from '../peers/ssl.ts';
import { peakLoopBytes } from '../peak.ts';
import { programOf } from '../peers/ssl-source.ts';
import { referenceOutput } from '../reference.ts';
import { distinct, formatMs, formatRatio, formatTimes, ratio, rowOf, type Result, type Row, type Table } from '../report.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { caffeNetStack, sparseCaffeNetStack } from './caffenet-stack.ts';
import { leNets, wholeNetwork } from './lenet.ts';

/** The module on one thread comes first: others are told in times of it. */
const candidates: readonly { readonly threads: number; readonly peer: Peer }[] = [
  { threads: 1, peer: sslThreads(1) },
  { threads: 2, peer: sslThreads(2) },
  { threads: 1, peer: sslThreads() },
];

/** Two cores are seldom free at once on a machine that others use, but for a short turn they may be; then the best of many counts. */
const effort = { turnMs: 1, patienceMs: 30_000 };

interface Case {
  readonly name: string;
  readonly network: Network;
  readonly deploy: typeof compact;
}

const cases = (): readonly Case[] => [
  { name: 'caffenet/stack/dense', network: caffeNetStack(), deploy: simplify },
  { name: 'caffenet/stack/table4-2', network: sparseCaffeNetStack(), deploy: compact },
  ...leNets.map((net): Case => ({ name: `lenet/${net.number}`, network: wholeNetwork(net), deploy: compact })),
];

const caseNames = ['caffenet/stack/dense', 'caffenet/stack/table4-2', ...leNets.map(({ number }) => `lenet/${number}`)];

async function runCase({ name, network, deploy }: Case, context: SuiteContext): Promise<readonly Row[]> {
  const wanted = candidates.filter(({ peer }) => context.wantsCandidate(peer.name));
  const input = randomValues(`${name}/input`, elementsOf(network.input), 1);
  const program: Program = deploy(programOf(network), ops);
  const contestants = wanted.map(({ peer }) => ({ name: peer.name, prepare: () => peer.prepare(program, input) }));
  const found = await contest(name, contestants, referenceOutput(network, input), { ...defaultEffort, ...effort, clock: systemClock, sentinels: context.sentinels, quietMs: context.quietMs });
  return found.map(({ name: candidate, ...measured }, i): Row => {
    context.progress(`${name}: ${candidate} ${formatMs(measured.ms)} ms, at best ${formatMs(measured.best)}, ${measured.clean} turns clean`);
    return { case: name, candidate, threads: wanted[i]?.threads ?? NaN, ...measured };
  });
}

async function run(context: SuiteContext): Promise<Measured> {
  const rows: Row[] = [];
  const { sentinel, close } = startPair(new WebAssembly.Module((await peakLoopBytes()).strict));
  try {
    for (const each of cases()) if (context.wantsCase(each.name)) rows.push(...(await runCase(each, { ...context, sentinels: [...context.sentinels, sentinel] })));
  } finally {
    await close();
  }
  return { rows };
}

function tables({ rows }: Result): readonly Table[] {
  const names = candidates.map(({ peer }) => peer.name).filter((name) => rows.some(({ candidate }) => candidate === name));
  const body = distinct(rows.map((row) => row.case)).map((name) => [
    name,
    ...names.map((candidate) => formatMs(rowOf(rows, name, candidate)?.best)),
    ...names.slice(1).map((candidate) => formatRatio(ratio(rowOf(rows, name, names[0] ?? '')?.best, rowOf(rows, name, candidate)?.best))),
    ...names.slice(1).map((candidate) => formatTimes(rowOf(rows, name, candidate))),
  ]);
  const others = names.slice(1);
  return [{ title: `Threads: ms of the best turn, how many times as fast as ${names[0] ?? ''}, and times of it round by round`, head: ['case', ...names, ...others.map((name) => `${name} faster`), ...others.map((name) => `${name} times`)], body }];
}

export const threadsSuite: Suite = {
  name: 'threads',
  doc: 'modules that run on several threads: the convolutions of CaffeNet and LeNet, on one and two threads',
  candidates: candidates.map(({ peer }) => peer.name),
  cases: caseNames,
  packages: () => [],
  run,
  tables,
};
