// ssl-compile worker --queue URL: trains what sweeps have asked for, until it is stopped.

import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import type { Command } from 'commander';
import { mostWorkers } from '../../driver/request.ts';
import { exitCode, exitCodeOf } from '../exit-code.ts';
import { dataOption, example, integerFrom, jsonOption, queueNameOption, queueOption } from '../options.ts';
import type { JsonOption, QueueOptions } from '../options.ts';
import { queueRequest } from '../queue-request.ts';
import type { Shell } from '../shell.ts';

interface WorkerOptions extends JsonOption, QueueOptions {
  readonly queue: string;
  readonly workers?: number;
  readonly data?: string;
}

export function addWorker(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('worker')
    .description('train the runs of `sweep --queue`, those whose data is on this machine, until it is stopped')
    .addOption(queueOption('the Redis server of the sweeps').makeOptionMandatory())
    .addOption(queueNameOption())
    .addOption(new Option('--workers <n>', 'runs at a time, each on one thread; as many as there are cores unless given').argParser(integerFrom(1, mostWorkers)))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', example('worker --queue redis://localhost:6379', 'worker --queue rediss://lab@queue.example.org --workers 4 --data /data'))
    .action(async (options: WorkerOptions) => finish(await runWorker(options, shell)));
}

async function runWorker({ queue, queueName, workers, data, json }: WorkerOptions, shell: Shell): Promise<number> {
  const [{ openQueue }, { work }, { makeWorkFolder }, { workLine }] = await Promise.all([
    import('../../driver/sweep/queue/open-queue.ts'),
    import('../../driver/sweep/queue/work.ts'),
    import('../../driver/sweep/queue/work-folder.ts'),
    import('../text/queue-text.ts'),
  ]);
  const most = Math.min(workers ?? Infinity, availableParallelism());
  const board = await openQueue(queueRequest(queue, queueName, shell));
  try {
    const folder = makeWorkFolder();
    try {
      shell.err(`works for ${board.shown}, ${most} run${most === 1 ? '' : 's'} at a time\n`);
      const { result: trained, signal } = await shell.interruptible((stop) => work(board, { workers: most, data, folder, signal: stop, onEvent: (event) => shell.err(`${workLine(event)}\n`) }));
      if (json) shell.out(`${JSON.stringify({ ok: true, trained })}\n`);
      else shell.out(`${trained} run${trained === 1 ? '' : 's'} trained\n`);
      return signal ? exitCodeOf(signal) : exitCode.ok;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    await board.close();
  }
}
