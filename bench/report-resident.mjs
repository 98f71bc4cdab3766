// Loaded into a measured process before its own code: says at the end how much memory it has had. Plain
// JavaScript, since stripping types would take memory of its own.

import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.SSL_BENCH_RESIDENT;
if (isMainThread && file !== undefined) {
  process.on('exit', () => writeFileSync(file, String(process.resourceUsage().maxRSS * 1024)));
}
