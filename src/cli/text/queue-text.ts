// A queue of sweeps in words: how it stands, and what a worker does.

import type { QueueStatus } from '../../driver/sweep/queue/status.ts';
import type { WorkEvent } from '../../driver/sweep/queue/work.ts';
import { trainingLine } from './sweep-progress.ts';
import { formatTable } from './text-table.ts';

export function statusText({ queue, sweeps, data, workers, training }: QueueStatus): string {
  if (data.length === 0) return `${queue}: nobody asks for anything; ${countOf(workers.length, 'worker')}\n`;
  const where = new Map(workers.map(({ id, host, pid }) => [id, `${host} ${pid}`]));
  const tables = [
    { head: ['sweep of', 'on', 'done', 'asked for so far'], rows: sweeps.map(({ file, host, done, total }) => [file, host, String(done), String(total)]), text: [0, 1] },
    { head: ['data, sha256', 'jobs waiting', 'taken', 'workers that have it', 'that lack it'], rows: data.map((each) => [each.fingerprint.slice(0, 12), ...[each.waiting, each.taken, each.here, each.lacking].map(String)]), text: [0] },
    { head: ['worker', 'pid', 'trains'], rows: workers.map(({ host, pid, training: hashes }) => [host, String(pid), hashes.join(' ')]), text: [0, 2] },
    { head: ['run', 'by', 'has come to'], rows: training.map(({ hash, worker, event }) => [hash, where.get(worker) ?? 'a worker that is gone', trainingLine(event) ?? '']), text: [0, 1, 2] },
  ];
  return [`${queue}\n`, ...tables.filter(({ rows }) => rows.length > 0).map((table) => `\n${formatTable(table)}`)].join('');
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function workLine(event: WorkEvent): string {
  switch (event.kind) {
    case 'waiting':
      return 'nobody asks for anything at the moment: waiting';
    case 'data': {
      const { fingerprint, finding: { name, why } } = event;
      const what = `the data ${name === '' ? '' : `${name} `}(sha256 ${fingerprint.slice(0, 12)}...)`;
      return why === undefined ? `${what} is here` : `${what} is not here, and its jobs are left to others: ${why}`;
    }
    case 'begin':
      return `${event.request.hash} ${event.request.what}: taken`;
    case 'end':
      return `${event.request.hash} ${event.request.what}: ${endings[event.how]}`;
  }
}

const endings: Readonly<Record<Extract<WorkEvent, { readonly kind: 'end' }>['how'], string>> = {
  finished: 'finished and sent',
  failed: 'failed, which is told to whoever asked for it',
  waiting: 'put aside until its dense part has ended',
  stopped: 'put back, with a checkpoint',
  lost: 'given back, for it could not be trained here',
  'lock lost': 'left to whoever has taken it since',
  unwanted: 'nobody asks for it any more',
};
