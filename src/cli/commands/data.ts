// ssl-compile data NAME: fetches a published data set.

import { join } from 'node:path';
import type { Command } from 'commander';
import { formatBytes } from '../../base/number-text.ts';
import { exitCode } from '../exit-code.ts';
import { example, jsonOption } from '../options.ts';
import type { JsonOption } from '../options.ts';
import type { Shell } from '../shell.ts';

interface DataOptions extends JsonOption {
  readonly data?: string;
}

export function addData(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('data')
    .description('download a data set, with checksums')
    .argument('<name>', 'mnist or cifar10')
    .option('--data <dir>', "folder to put it in, instead of the user's cache")
    .addOption(jsonOption())
    .addHelpText('after', example('data mnist', 'data cifar10 --data data'))
    .action(async (name: string, options: DataOptions) => finish(await download(name, options, shell)));
}

async function download(name: string, options: DataOptions, shell: Shell): Promise<number> {
  const [{ downloadDataset }, { cacheDirectory }] = await Promise.all([import('../../driver/data/download.ts'), import('../../driver/data/search-path.ts')]);
  const folder = join(options.data ?? cacheDirectory({ environment: shell.environment }), name);
  const files = await downloadDataset(name, folder, ({ file, receivedBytes, totalBytes }) => {
    const total = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`;
    shell.progress(`${file}: ${formatBytes(receivedBytes)}${total}`);
  });
  if (options.json) shell.out(`${JSON.stringify({ ok: true, name, files })}\n`);
  else for (const file of files) shell.out(`${file}\n`);
  return exitCode.ok;
}
