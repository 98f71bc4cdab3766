// What `SSL_DEBUG`, `--dump-after` and `--stop-after` see of the stages.
//
//   SSL_DEBUG=1   each stage with its time
//   SSL_DEBUG=2   each pass with the size of the graph it leaves; graphs are verified between passes
//   SSL_DEBUG=3   the graph after each pass
//   SSL_DEBUG=4   the graph as checked too

import type { Graph, Program } from '../../ir/graph.ts';

export const stages = ['parse', 'check', 'weights', 'compact', 'equivalence', 'lower', 'emit'] as const;
export type CompileStage = (typeof stages)[number];

/** Thrown after the stage of `--stop-after`: nothing is wrong, and nothing more is to be done. */
export class Stopped extends Error {
  override name = 'Stopped';
}

export interface WatchOptions {
  /** 0 to 4. */
  readonly level: number;
  /** `check` or the name of a pass, after which the graph is written, or one of the target's dumps. */
  readonly dumpAfter?: string | undefined;
  readonly stopAfter?: CompileStage | undefined;
  /** Takes whole lines. */
  readonly write: (text: string) => void;
}

export interface Watch {
  /** Whether graphs are verified between passes. */
  readonly verify: boolean;
  /** @throws Stopped after the stage of `--stop-after`. */
  readonly stage: <T>(name: CompileStage, work: () => T) => T;
  readonly checked: (graph: Graph) => void;
  readonly passed: (pass: string, program: Program) => void;
  /** @param dumps What can be seen of kernels on their way, by name. */
  readonly lowered: (dumps: ReadonlyMap<string, () => string>) => void;
}

/** Sees nothing. */
export const unwatched: Watch = { verify: false, stage: (_, work) => work(), checked: () => {}, passed: () => {}, lowered: () => {} };

/** @param print The canonical text of a graph: given, since only dumps need it. */
export function watch(options: WatchOptions, print: (graph: Graph) => string): Watch {
  const { level, dumpAfter, stopAfter, write } = options;
  const ended = (name: CompileStage, start: number): void => {
    if (level >= 1) write(`# ${name}: ${(performance.now() - start).toFixed(1)} ms\n`);
    if (name === stopAfter) throw new Stopped(name);
  };
  return {
    verify: level >= 2,
    stage: (name, work) => {
      const start = performance.now();
      const result = work();
      if (!(result instanceof Promise)) {
        ended(name, start);
        return result;
      }
      // The promise's type is that of the work.
      return result.then((value: unknown) => {
        ended(name, start);
        return value;
      }) as typeof result;
    },
    checked: (graph) => {
      if (dumpAfter === 'check' || level >= 4) write(print(graph));
    },
    passed: (pass, { graph, parameters }) => {
      if (level >= 2) write(`# after ${pass}: ${graph.nodes.length} nodes, ${[...parameters.values()].reduce((sum, { data }) => sum + data.length, 0)} parameters\n`);
      if (dumpAfter === pass || level >= 3) write(print(graph));
    },
    lowered: (dumps) => {
      const dump = dumps.get(dumpAfter ?? '');
      if (dump) write(dump());
    },
  };
}
