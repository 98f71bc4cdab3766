#!/usr/bin/env node
// The command `ssl-compile`: runs the command line in this process.

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { cacheDirectory } from '../driver/data/search-path.ts';
import { makeFolder } from '../driver/files/make-folder.ts';
import { oldestNode } from '../driver/model/version.ts';

const [needed, found] = [oldestNode(), process.versions.node];
if (needed.localeCompare(found, 'en', { numeric: true }) > 0) {
  process.stderr.write(`error: ssl-compile needs Node ${needed} or newer and runs in Node ${found}: install a newer one, https://nodejs.org\n`);
  process.exit(1);
}

// Training decodes tens of megabytes of samples at first; V8 would answer with a young generation that large
// and keep it for good (229 MB of a LeNet run on MNIST instead of 192).
setFlagsFromString('--semi-space-growth-factor=1');

// Most of a short command's time goes into compiling its own modules. Nobody but the user may write to the
// folder: what lies there is run. Where it cannot be made, nothing is cached.
try {
  const compiled = join(cacheDirectory(), 'compiled');
  makeFolder(compiled);
  // Loaded late: an older Node does not have it, and could not even say so above.
  const { enableCompileCache } = await import('node:module');
  enableCompileCache(compiled);
} catch {
  // Commands only start more slowly.
}

const [{ processShell }, { runCommandLine }] = await Promise.all([import('./process-shell.ts'), import('./run.ts')]);
const shell = processShell();
// Not process.exit: what is still on its way into a pipe must arrive.
process.exitCode = await runCommandLine(process.argv.slice(2), shell);
shell.progress('');
