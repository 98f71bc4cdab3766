// Who holds a lock, and whether that process still runs.

import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../../base/system-error.ts';

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Processes of equal places see each other's numbers: the boot and the PID namespace, or the host. */
  readonly place?: string;
  /** When the process began, in ticks since the boot: tells it from a later one of the same number. */
  readonly started?: string;
}

/** This process, as others shall know it. */
export async function thisProcess(): Promise<Holder> {
  const { pid } = process;
  const host = hostname();
  // Elsewhere a host is known by its name alone, and a process by its number.
  if (process.platform !== 'linux') return { pid, host, place: host };
  try {
    const [boot, namespace, self] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid'), readlink('/proc/self')]);
    const stat = await statOf(pid);
    // A namespace may have been left with the /proc of another one.
    if (self !== String(pid) || stat === undefined) return { pid, host };
    return { pid, host, place: `${boot.trim()} ${namespace}`, started: stat.started };
  } catch {
    return { pid, host };
  }
}

/** Undefined where this process cannot tell. */
export async function isAlive({ pid, place, started }: Holder, observer: Holder): Promise<boolean | undefined> {
  if (place === undefined || place !== observer.place) return undefined;
  if (!isNumberTaken(pid)) return false;
  if (started === undefined) return undefined;
  const stat = await statOf(pid);
  return stat && (stat.started === started && !stat.ended);
}

export function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const isText = (name: string): boolean => typeof fields.get(name) === 'string';
  const isTextOrAbsent = (name: string): boolean => !fields.has(name) || isText(name);
  // Numbers from 0 down would be groups of processes.
  const pid = fields.get('pid');
  return Number.isSafeInteger(pid) && Number(pid) > 0 && isText('host') && isTextOrAbsent('place') && isTextOrAbsent('started');
}

function isNumberTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may be looked at by nobody else.
    return codeOf(error) === 'EPERM';
  }
}

interface ProcessStat {
  readonly started: string;
  /** It waits to be collected by its parent, and does nothing more. */
  readonly ended: boolean;
}

/** Undefined where there is no such process, or none that we may see. */
async function statOf(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is a name in parentheses, which may hold both.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return started === undefined ? undefined : { started, ended: state === 'Z' || state === 'X' };
}
