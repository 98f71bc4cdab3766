#!/usr/bin/env node
// The command `ssl-compile`: runs the command line in this process.

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { cacheDirectory } from '../driver/data-path.ts';

// Training decodes tens of megabytes of samples at first; V8 would answer with a young generation that large
// and keep it for good (229 MB of a LeNet run on MNIST instead of 192).
setFlagsFromString('--semi-space-growth-factor=1');

// Most of a short command's time goes into compiling its own modules. Nobody but the user may write to the
// folder: what lies there is run. Where it cannot be made, nothing is cached.
enableCompileCache(join(cacheDirectory(), 'compiled'));

const [{ processShell }, { runCommandLine }] = await Promise.all([import('./process-shell.ts'), import('./run.ts')]);
const shell = processShell();
// Not process.exit: what is still on its way into a pipe must arrive.
process.exitCode = await runCommandLine(process.argv.slice(2), shell);
shell.progress('');
