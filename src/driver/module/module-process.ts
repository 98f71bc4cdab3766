// Runs a shipped module in a process of its own, because nobody knows what its code does: it may end its process,
// kill it, throw later on, or never answer. (A thread would not do: engines have crashed where one isolate is torn
// down while another compiles WebAssembly.) This file is both sides: `startModule` in the process that asks, and what
// the other one does when it is started on this file.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../../base/diagnostic.ts';
import { moduleDiagnostics } from '../diagnostics.ts';
import { copyModule } from './module-copy.ts';
import { loadModule, targetNameIn } from './shipped-module.ts';
import { timeInterleaved } from './timing.ts';
import type { ModuleClaims, ShippedModule } from './shipped-module.ts';
import { targets } from '../../targets/index.ts';
import { givenFor } from '../build/user-package.ts';
import { messageOf } from '../../base/system-error.ts';
import type { Answer } from '../../runtime/ports.ts';
import type { Target } from '../../targets/target.ts';

export interface ModuleProcess {
  /** What the module tells of itself. */
  readonly claims: ModuleClaims;
  /** @param patience In milliseconds. @throws DiagnosticError `module/broken` */
  readonly run: (given: GivenLists, patience: number) => Promise<AnswerLists>;
  /** Microseconds that a run of a module takes which answers at once. @throws DiagnosticError `module/broken` */
  readonly time: (given: GivenLists, patience: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** What the process is asked: the answer to these numbers, or how long that takes. */
interface Question {
  readonly given: GivenLists;
  readonly timed: boolean;
}

/** The numbers of inputs by name; of one input the name counts for nothing. */
export type GivenLists = readonly (readonly [name: string, numbers: Float32Array | Float64Array])[];

/** The numbers of outputs by name; of one output the name is {@link onlyName}. */
export type AnswerLists = readonly (readonly [name: string, numbers: Float32Array])[];

export const onlyName = '';

/** The first argument of a process of ours. */
const role = 'ssl-compile shipped module';

/**
 * @param patience In milliseconds.
 * @param options For `load`, beside what the package that it needs gives.
 * @param what Of the module these ask for, in words that follow its name; nothing where they ask for nothing.
 * @throws DiagnosticError `module/broken`, `module/no-package`, `file/*`
 */
export async function startModule(module: ShippedModule, patience: number, options: object = {}, what = ''): Promise<ModuleProcess> {
  // What the user has to install is said from here, where a diagnostic stays one.
  const target = targetNameIn(module) ?? '';
  await givenFor(targetOf(target));
  const copy = copyModule(module);
  // What the module prints is kept off our own output.
  const child = fork(fileURLToPath(import.meta.url), [role, copy.file, target, JSON.stringify(options)], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  let isOver = false;
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      isOver = true;
      reject(new Error('it ends before it has answered'));
    });
  });
  // Seen by whoever waits for an answer; until then it is nobody's.
  ended.catch(() => {});
  const close = async (): Promise<void> => {
    if (!isOver) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    copy.remove();
  };
  const answer = async (within: number): Promise<unknown> => {
    const signal = AbortSignal.timeout(Math.ceil(within));
    try {
      const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as unknown[];
      // What `serve` could not do.
      if (typeof message === 'object' && message !== null && 'broken' in message) throw new Error(String(message.broken));
      return message;
    } catch (error) {
      await close();
      const file = join(module.folder, `${module.name}.js`) + what;
      if (signal.aborted) fail(moduleDiagnostics.broken({ args: [file, `no answer within ${Math.ceil(within / 1000)} s`], help: 'try again while the machine does less else; where that does not help, build it again' }));
      return fail(moduleDiagnostics.broken({ args: [file, copy.translate(messageOf(error))], help: 'build it again' }));
    }
  };
  const ask = (question: Question, within: number): Promise<unknown> => {
    // Where it has ended meanwhile, that is what `answer` finds.
    child.send(question, () => {});
    return answer(within);
  };
  return {
    claims: claimsOf(await answer(patience)),
    run: async (given, within) => answerLists(await ask({ given, timed: false }, within)),
    time: async (given, within) => Number(await ask({ given, timed: true }, within)),
    close,
  };
}

/** The module's code can send messages, too. */
function answerLists(message: unknown): AnswerLists {
  if (message instanceof Float32Array) return [[onlyName, message]];
  return claimedFields(message).flatMap(([name, value]) => (value instanceof Float32Array ? [[name, value] as const] : []));
}

function claimedFields(message: unknown): readonly (readonly [name: string, value: unknown])[] {
  return typeof message === 'object' && message !== null ? Object.entries(message) : [];
}

/** None where it is not ours: then `load` is given nothing. */
function targetOf(name: string): Target | undefined {
  return targets.find((target) => target.name === name);
}

/** The module's code can send messages, too. */
function claimsOf(message: unknown): ModuleClaims {
  return typeof message === 'object' && message !== null ? message : {};
}

async function serve(file: string, target: string, options: string): Promise<never> {
  const send = (message: unknown): void => void process.send?.(message);
  const report = (error: unknown): void => void process.send?.({ broken: messageOf(error) }, undefined, {}, () => process.exit(1));
  process.on('uncaughtException', report);
  try {
    const net = await loadModule(file, { ...(await givenFor(targetOf(target))), ...(JSON.parse(options) as object) });
    const { name, inputShape, outputShape, inputShapes, outputShapes, labels, meta } = net;
    send({ name, inputShape, outputShape, inputShapes, outputShapes, labels, meta });
    for (;;) {
      // The channel is listened to only here, so that a process with nothing more to do ends.
      const [{ given: lists, timed }] = (await once(process, 'message')) as [Question];
      const numbers = lists.length === 1 && lists[0] ? lists[0][1] : Object.fromEntries(lists);
      if (timed) {
        const [microseconds] = await timeInterleaved([{ run: () => void net.run(numbers) }]);
        send(microseconds);
        continue;
      }
      const answer = await net.run(numbers);
      send(isList(answer) ? Float32Array.from(answer) : Object.fromEntries(Object.entries(answer).map(([output, list]) => [output, Float32Array.from(list)])));
    }
  } catch (error) {
    report(error);
    return new Promise(() => {});
  }
}

function isList(answer: Answer): answer is Float32Array {
  return ArrayBuffer.isView(answer) || Array.isArray(answer);
}

const [, , given, file, target = '', options = '{}'] = process.argv;
if (given === role && file !== undefined && process.send) void serve(file, target, options);
