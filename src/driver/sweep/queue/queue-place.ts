// Where a queue lies: a Redis server, and a name that keeps it apart from other queues there.

import { fail } from '../../../base/diagnostic.ts';
import { queueDiagnostics } from './diagnostics.ts';

export const usualName = 'sweeps';

/** Where the password is taken from if the address has none, so that lists of processes do not show it. */
export const passwordVariable = 'SSL_QUEUE_PASSWORD';

export interface QueuePlace {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Number of the database. */
  readonly database: number;
  readonly secure: boolean;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** The address for messages, without a password. */
  readonly shown: string;
}

const examples = 'for example `--queue redis://localhost:6379`, or `rediss://` for an encrypted connection';

/** @throws DiagnosticError `queue/url`, `queue/name`, which repeat nothing of what could be a password */
export function readPlace(url: string, name: string = usualName, environment: Readonly<Record<string, string | undefined>> = process.env): QueuePlace {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(name)) fail(queueDiagnostics.name({ args: [], help: `for example \`--queue-name lenet\`; unless given it is ${usualName}` }));
  const found = URL.canParse(url) ? new URL(url) : undefined;
  const database = /^\/?(\d{0,5})$/.exec(found?.pathname ?? '')?.[1];
  if (!found || !['redis:', 'rediss:'].includes(found.protocol) || found.hostname === '' || database === undefined || found.search !== '' || found.hash !== '') {
    return fail(queueDiagnostics.url({ args: [], help: `expected redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]; ${examples}` }));
  }
  const { hostname, protocol, username } = found;
  const user = decoded(username);
  const password = decoded(found.password) ?? environment[passwordVariable];
  const port = found.port === '' ? 6379 : Number(found.port);
  const shown = `${protocol}//${username === '' ? '' : `${username}@`}${hostname}:${port}${database === '' ? '' : `/${database}`}`;
  return { name, host: hostname.replace(/^\[(.*)\]$/, '$1'), port, database: Number(database), secure: protocol === 'rediss:', user, password, shown };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
