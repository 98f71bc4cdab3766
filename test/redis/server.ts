// A Redis server of one's own on loopback, with a folder of its own, and what answers as if it were another one.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadPackages } from '../../src/driver/sweep/queue/packages.ts';
import type { QueuePackages, RedisClient } from '../../src/driver/sweep/queue/packages.ts';

export const packages: QueuePackages = loadPackages([import.meta.dirname]);

export interface OwnServer {
  readonly url: string;
  readonly port: number;
  /** @param args Of one command. */
  readonly command: (...args: readonly (string | number)[]) => Promise<unknown>;
  /** Killed with -9; its append-only file stays. */
  readonly kill: () => Promise<void>;
  /** From its append-only file. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** @param settings As on the command line of redis-server. */
export async function startServer(settings: readonly string[] = []): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-redis-'));
  const port = await freePort();
  let running: ChildProcess;
  let client: RedisClient | undefined;
  const start = async (): Promise<void> => {
    running = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', ...settings], { stdio: 'ignore' });
    for (let tried = 0; !(await isListening(port)); tried++) {
      if (tried === 200 || running.exitCode !== null) {
        running.kill('SIGKILL');
        throw new Error('redis-server has not started');
      }
      await sleep(50);
    }
  };
  const kill = async (): Promise<void> => {
    client?.disconnect();
    client = undefined;
    if (running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    command: async (...args) => {
      if (!client) {
        client = new packages.Redis({ host: '127.0.0.1', port, db: 0, lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: () => null });
        client.on('error', () => {});
        await client.connect();
      }
      const [name = '', ...rest] = args;
      return client.call(String(name), ...rest);
    },
    kill,
    restart: start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers every command by `+OK`, but INFO by these lines. */
export async function startFake(info: readonly string[]): Promise<{ readonly url: string; readonly stop: () => void }> {
  const text = info.join('\r\n');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const command of bytes.toString().split(/(?=\*\d+\r\n)/)) socket.write(/\r\ninfo\r\n/i.test(command) ? `$${text.length}\r\n${text}\r\n` : '+OK\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
