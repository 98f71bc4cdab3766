// BullMQ and the Redis client that it uses: packages of the user's, loaded only where a sweep goes over a queue. What is used of
// them is described here, so that nothing else, and no type check, needs them.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fail } from '../../../base/diagnostic.ts';
import { queueDiagnostics } from './diagnostics.ts';

export type Argument = string | number | Uint8Array;

export interface RedisClient {
  readonly connect: () => Promise<void>;
  readonly call: (command: string, ...args: readonly Argument[]) => Promise<unknown>;
  /** Answers with bytes in place of text. */
  readonly callBuffer: (command: string, ...args: readonly Argument[]) => Promise<unknown>;
  readonly on: (event: 'ready' | 'close' | 'error', listener: (error?: Error) => void) => unknown;
  readonly disconnect: () => void;
}

export interface RedisOptions {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: object;
  readonly lazyConnect: boolean;
  /** Null: commands wait for as long as the server is away. */
  readonly maxRetriesPerRequest: null;
  /** Milliseconds until the next try; null: none. */
  readonly retryStrategy: (times: number) => number | null;
}

export interface BullOptions {
  readonly connection: RedisClient;
  readonly prefix: string;
  readonly skipVersionCheck: boolean;
}

export interface BullQueue {
  readonly add: (name: string, data: object, options: object) => Promise<unknown>;
  readonly getJob: (id: string) => Promise<BullJob | undefined>;
  readonly getJobCounts: (...states: readonly string[]) => Promise<Readonly<Record<string, number>>>;
  /** The key of something of the queue's. */
  readonly toKey: (type: string) => string;
  readonly obliterate: (options: { readonly force: boolean }) => Promise<void>;
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown;
  readonly close: () => Promise<void>;
}

export interface BullJob {
  readonly id: string;
  readonly data: unknown;
  /** Why it is to be given up: it has stalled too often. */
  readonly deferredFailure?: string | undefined;
  readonly extendLock: (token: string, milliseconds: number) => Promise<number>;
  readonly moveToCompleted: (result: unknown, token: string, fetchNext: boolean) => Promise<unknown>;
  readonly moveToWait: (token: string) => Promise<unknown>;
  readonly remove: () => Promise<unknown>;
}

export interface BullWorkerOptions extends BullOptions {
  /** Jobs are fetched and their locks renewed by us. */
  readonly autorun: false;
  /** In milliseconds. */
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
}

export interface BullWorker {
  readonly getNextJob: (token: string, options: { readonly block: boolean }) => Promise<BullJob | undefined>;
  readonly startStalledCheckTimer: () => Promise<void>;
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown;
  readonly close: (force: boolean) => Promise<void>;
}

export interface QueuePackages {
  readonly Redis: new (options: RedisOptions) => RedisClient;
  readonly Queue: new (name: string, options: BullOptions) => BullQueue;
  readonly Worker: new (name: string, processor: null, options: BullWorkerOptions) => BullWorker;
}

const names = ['bullmq', 'ioredis'] as const;

/** @param folders Where they are looked for, and in the folders above each. @throws DiagnosticError `queue/no-package` */
export function loadPackages(folders: readonly string[]): QueuePackages {
  const requires = folders.map((folder) => createRequire(join(folder, 'package.json')));
  const found = names.map((name) => requires.find((load) => isThere(load, name)));
  const missing = names.filter((_, i) => !found[i]);
  const [bullmq, ioredis] = found;
  if (!bullmq || !ioredis) return fail(queueDiagnostics['no-package']({ args: [missing, folders[0] ?? ''], help: `run \`npm install ${missing.join(' ')}\` there` }));
  const { Queue, Worker } = bullmq(names[0]) as Pick<QueuePackages, 'Queue' | 'Worker'>;
  const { Redis } = ioredis(names[1]) as Pick<QueuePackages, 'Redis'>;
  return { Redis, Queue, Worker };
}

function isThere(load: NodeJS.Require, name: string): boolean {
  try {
    load.resolve(name);
    return true;
  } catch {
    return false;
  }
}
