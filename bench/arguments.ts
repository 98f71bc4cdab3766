// Command lines of the commands of this folder.

import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** A wrong command line: told with the command's usage, and exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
