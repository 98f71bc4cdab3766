// A connection to a Redis server that is fit for a queue. When it is opened every trouble is an error; later on, what may pass (the
// server is away, or full, or cannot write to its disk) is waited for and told.

import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, fail } from '../../../base/diagnostic.ts';
import { codeOf, messageOf } from '../../../base/system-error.ts';
import { queueDiagnostics } from './diagnostics.ts';
import type { Argument, QueuePackages, RedisClient } from './packages.ts';
import { passwordVariable } from './queue-place.ts';
import type { QueuePlace } from './queue-place.ts';

const oldest = [6, 2] as const;
const milliseconds = { connect: 10_000, retry: 1000, trouble: 2000, check: 30_000 } as const;

export interface RedisServer {
  readonly client: RedisClient;
  readonly place: QueuePlace;
  /** Aborted with a DiagnosticError once the server is not fit any more. */
  readonly fatal: AbortSignal;
  readonly call: (command: string, ...args: readonly Argument[]) => Promise<unknown>;
  readonly callBytes: (command: string, ...args: readonly Argument[]) => Promise<Uint8Array | undefined>;
  /**
   * Repeats work that is the same when it is done twice, for as long as the server is in trouble that may pass. Never settles once
   * the connection is closed.
   */
  readonly patiently: <T>(work: () => Promise<T>) => Promise<T>;
  readonly close: () => void;
}

/**
 * @param onTrouble Told what is waited for, and undefined when that is over.
 * Fails with `queue/unreachable`, `queue/refused`, `queue/old`, `queue/evicting`, `queue/cluster`.
 */
export async function openServer({ Redis }: QueuePackages, place: QueuePlace, onTrouble: (trouble: string | undefined) => void): Promise<RedisServer> {
  const { host, port, database, user, password, secure, shown } = place;
  let standing: 'opening' | 'open' | 'closed' = 'opening';
  let last: Error | undefined;
  const retryStrategy = (): number | null => (standing === 'open' ? milliseconds.retry : null);
  const client = new Redis({ host, port, db: database, username: user, password, ...(secure && { tls: {} }), lazyConnect: true, maxRetriesPerRequest: null, retryStrategy });
  client.on('error', (error) => (last = error));
  try {
    await within(milliseconds.connect, client.connect());
    await checkServer(client, place);
  } catch (error) {
    client.disconnect();
    if (error instanceof DiagnosticError) throw error;
    // The connection is closed because of what was told before.
    failOpening(last ?? error, place);
  }
  standing = 'open';
  const fatal = new AbortController();
  const check = async (): Promise<void> => {
    try {
      await checkServer(client, place);
    } catch (error) {
      if (error instanceof DiagnosticError && standing === 'open') fatal.abort(error);
    }
  };
  let trouble: string | undefined;
  const tell = (now: string | undefined): void => {
    if (now !== trouble && standing === 'open') onTrouble(now);
    trouble = now;
  };
  client.on('close', () => tell(`${shown} is away${last ? ` (${reasonOf(last)})` : ''}`));
  client.on('ready', () => {
    last = undefined;
    tell(undefined);
    void check();
  });
  // Its settings may be changed while it runs.
  const timer = setInterval(() => void check(), milliseconds.check);
  timer.unref();

  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const result = await work();
        if (trouble !== undefined) tell(undefined);
        return result;
      } catch (error) {
        if (standing === 'closed') return new Promise(() => {});
        const passing = passingTrouble(messageOf(error));
        if (passing === undefined) throw error;
        tell(`${shown} ${passing}`);
        await sleep(milliseconds.trouble);
      }
    }
  };
  const answered = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await patiently(work);
    } catch (error) {
      return fail(queueDiagnostics.command({ args: [shown, messageOf(error)], help: 'the user that --queue names needs all commands on keys that begin with `ssl-compile:`' }));
    }
  };
  return {
    client,
    place,
    fatal: fatal.signal,
    patiently,
    call: (command, ...args) => answered(() => client.call(command, ...args.map(asBuffer))),
    callBytes: async (command, ...args) => ((await answered(() => client.callBuffer(command, ...args))) as Uint8Array | null) ?? undefined,
    close: () => {
      standing = 'closed';
      clearInterval(timer);
      client.disconnect();
    },
  };
}

/** The client takes bytes as such in no other form. */
function asBuffer(argument: Argument): Argument {
  return argument instanceof Uint8Array ? Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength) : argument;
}

/** What is waited for, in words that follow the name of the server; undefined for an error that stays one. */
function passingTrouble(message: string): string | undefined {
  if (message.includes('OOM command not allowed')) return 'is full';
  if (message.includes('MISCONF')) return 'cannot write to its disk';
  if (message.includes('LOADING')) return 'is reading its data';
  if (message.includes('READONLY') || message.includes('MASTERDOWN')) return 'takes no writes at the moment';
  if (message.includes('BUSY ')) return 'is busy';
  // Of commands that were under way as it went.
  return /Connection is closed|ECONNRESET|ECONNREFUSED|EPIPE/.test(message) ? 'is away' : undefined;
}

async function within<T>(time: number, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([work, sleep(time, undefined, { signal: late.signal }).then(() => Promise.reject(new Error(`no answer within ${time / 1000} s`)))]);
  } finally {
    late.abort();
  }
}

const reasons = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no such host'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up'],
  ['ETIMEDOUT', 'no answer'],
  ['EHOSTUNREACH', 'there is no way to the host'],
  ['ECONNRESET', 'it closed the connection'],
]);

function reasonOf(error: unknown): string {
  return reasons.get(codeOf(error) ?? '') ?? messageOf(error);
}

function failOpening(error: unknown, { shown, password, user }: QueuePlace): never {
  const message = messageOf(error);
  if (!/NOAUTH|WRONGPASS|NOPERM|invalid password/i.test(message)) fail(queueDiagnostics.unreachable({ args: [shown, reasonOf(error)], help: 'see whether the server runs, and whether address and port are right' }));
  const why = password === undefined ? 'it asks for a password' : /NOPERM/.test(message) ? 'the user has not the right to ask what it runs' : `user${user === undefined ? '' : ` ${user}`} or password is wrong`;
  fail(queueDiagnostics.refused({ args: [shown, why], help: `write redis://USER:PASSWORD@HOST, or leave the password out and set ${passwordVariable}` }));
}

async function checkServer(client: RedisClient, { shown }: QueuePlace): Promise<void> {
  const facts = new Map(
    String(await within(milliseconds.connect, client.call('INFO'))).split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
  const version = facts.get('redis_version') ?? 'of an unknown version';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))) fail(queueDiagnostics.old({ args: [shown, version, oldest.join('.')], help: 'update the server' }));
  if (facts.get('redis_mode') === 'cluster') fail(queueDiagnostics.cluster({ args: [shown], help: 'name a server of its own' }));
  const policy = facts.get('maxmemory_policy') ?? 'that it does not tell';
  if (policy !== 'noeviction') fail(queueDiagnostics.evicting({ args: [shown, policy], help: 'say `maxmemory-policy noeviction` in redis.conf, or `redis-cli config set maxmemory-policy noeviction`' }));
}
