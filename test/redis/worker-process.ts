// node worker-process.ts URL DATA: a worker that is killed at any moment. It prints what it does, a line an event, and is quick to
// find out what others have left.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { readPlace } from '../../src/driver/sweep/queue/queue-place.ts';
import { openBoard } from '../../src/driver/sweep/queue/redis-board.ts';
import { work } from '../../src/driver/sweep/queue/work.ts';
import { packages } from './server.ts';

const [, , url = '', data] = process.argv;
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const board = await openBoard({ place: readPlace(url), packages, onTrouble: (trouble) => console.log(`trouble ${trouble ?? 'over'}`), pace: { lock: 2000, stalled: 500 } });
await work(board, {
  workers: 2,
  data,
  folder: mkdtempSync(join(process.cwd(), 'work-')),
  signal: stop.signal,
  pace: { idle: 100, beat: 500, renew: 500, checkpoint: 300 },
  onEvent: (event) => console.log(event.kind === 'begin' ? `begin ${event.request.hash}` : event.kind === 'end' ? `end ${event.request.hash} ${event.how}` : event.kind === 'data' ? `data ${event.finding.why ?? 'here'}` : event.kind),
});
await board.close();
