// `npm start`: the whole road on a fresh machine without data. LeNet is trained on digits that the compiler
// draws itself, sparsified, finetuned, compacted, emitted, verified and timed; one table says what came of it.

import { start } from './commands/demo.ts';
import { processShell } from './process-shell.ts';
import { answerTo } from './run.ts';

const shell = processShell();
try {
  process.exitCode = await start(shell);
} catch (error) {
  process.exitCode = answerTo(error, process.argv.slice(2), shell);
}
