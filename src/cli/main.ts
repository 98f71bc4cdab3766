#!/usr/bin/env node
// The command `ssl-compile`: runs the command line in this process.

import { processShell } from './process-shell.ts';
import { runCommandLine } from './run.ts';

const shell = processShell();
// Not process.exit: what is still on its way into a pipe must arrive.
process.exitCode = await runCommandLine(process.argv.slice(2), shell);
shell.progress('');
