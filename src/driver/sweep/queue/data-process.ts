// Looks whether the data that jobs ask for is on this machine, in a process of its own: reading it may take minutes, and locks are
// renewed meanwhile. This file is both sides, as that of workers (../worker.ts).

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DiagnosticError } from '../../../base/diagnostic.ts';
import { messageOf } from '../../../base/system-error.ts';
import { programOfJob } from '../job-program.ts';
import { fingerprintOf } from '../sweep-plan.ts';
import type { JobRequest } from './board.ts';

export interface DataFinding {
  /** As the program names it. */
  readonly name: string;
  /** Why it is not the data that is asked for; undefined where it is. */
  readonly why?: string;
}

/** The first argument of a process of ours. */
const role = 'ssl-compile data of jobs';

/** @param directory Where data sets are looked for first. */
export async function findData(request: JobRequest, directory: string | undefined): Promise<DataFinding> {
  const child = fork(fileURLToPath(import.meta.url), [role], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
  const answer = new Promise<DataFinding>((resolve) => {
    child.on('message', (finding: DataFinding) => resolve(finding));
    child.on('error', (error) => resolve({ name: '', why: messageOf(error) }));
    child.on('exit', (code, signal) => resolve({ name: '', why: `the process that reads it ended with ${signal ?? `code ${code}`}` }));
  });
  child.send({ request, directory }, () => {});
  const finding = await answer;
  child.kill();
  return finding;
}

async function look({ request, directory }: { readonly request: JobRequest; readonly directory: string | undefined }): Promise<DataFinding> {
  let name = '';
  try {
    const { model, spec } = programOfJob(request);
    const { dataset } = spec;
    name = dataset.kind === 'named' ? dataset.name : JSON.stringify(dataset.path);
    const { data } = await fingerprintOf(model, spec, { directory });
    if (data === request.fingerprint) return { name };
    return { name, why: `what is here has sha256 ${data.slice(0, 12)}..., asked for is ${request.fingerprint.slice(0, 12)}...` };
  } catch (error) {
    return { name, why: error instanceof DiagnosticError ? error.diagnostics.map(({ message }) => message).join('; ') : messageOf(error) };
  }
}

if (process.argv[2] === role && process.send) {
  process.on('disconnect', () => process.exit(1));
  process.once('message', (asked: Parameters<typeof look>[0]) => void look(asked).then((finding) => process.send?.(finding, undefined, {}, () => process.exit(0))));
}
