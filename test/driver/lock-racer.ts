// A process that takes locks when it is told to, for races between processes.

import { lockRun } from '../../src/driver/lock/run-lock.ts';
import type { RunLock } from '../../src/driver/lock/run-lock.ts';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { racePace } from './lock-races.ts';

export type RacerCommand = { readonly kind: 'take'; readonly folder: string } | { readonly kind: 'release' };
export type RacerAnswer = { readonly kind: 'ready' | 'took' | 'released' } | { readonly kind: 'refused'; readonly code: string };

let lock: RunLock | undefined;

async function take(folder: string): Promise<RacerAnswer> {
  try {
    lock = await lockRun(folder, racePace);
    return { kind: 'took' };
  } catch (error) {
    return { kind: 'refused', code: error instanceof DiagnosticError ? (error.diagnostics[0]?.code ?? '') : String(error) };
  }
}

async function release(): Promise<RacerAnswer> {
  await lock?.release();
  lock = undefined;
  return { kind: 'released' };
}

const answer = (message: RacerAnswer): void => void process.send?.(message);
process.on('message', (command: RacerCommand) => {
  void (command.kind === 'take' ? take(command.folder) : release()).then(answer);
});
answer({ kind: 'ready' });
