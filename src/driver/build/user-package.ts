// Packages of the user's that modules run in: looked for from the working directory.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../../base/diagnostic.ts';
import type { Target } from '../../targets/target.ts';
import { moduleDiagnostics } from '../diagnostics.ts';

/** What `load` and `start` of a target take to run on any machine. @throws DiagnosticError `module/no-package` */
export async function givenFor(target: Pick<Target, 'needs'> | undefined): Promise<object> {
  if (!target?.needs) return {};
  const { name, options } = target.needs;
  const from = createRequire(join(process.cwd(), 'package.json'));
  let path: string;
  try {
    path = from.resolve(name);
  } catch {
    return fail(moduleDiagnostics['no-package']({ args: [name, process.cwd()], help: `run \`npm install ${name}\` there` }));
  }
  return options((await import(pathToFileURL(path).href)) as object);
}
