// A copy of a shipped module that Node takes for an ES module wherever the module lies: Node judges `.js` by the
// package around it, which is its user's and says nothing of the module.

import { constants, copyFileSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { fileDiagnostics } from '../diagnostics.ts';
import { irregularity } from '../files/regular-file.ts';
import { readModuleFile } from './shipped-module.ts';
import type { ShippedModule } from './shipped-module.ts';
import { reasonOf } from '../../base/system-error.ts';

export interface ModuleCopy {
  /** The ES module. */
  readonly file: string;
  /** A message of the copy's code, with the folder of the module in place of that of the copy. */
  readonly translate: (message: string) => string;
  readonly remove: () => void;
}

/** The module, and what it reads from beside itself, in a folder of its own. @throws DiagnosticError `file/unreadable`, `file/not-writable` */
export function copyModule(module: ShippedModule): ModuleCopy {
  const text = new TextDecoder().decode(readModuleFile(module, `${module.name}.js`));
  const beside = [...text.matchAll(/new URL\("([^"\\]+)", import\.meta\.url\)/g)].map(([, file = '']) => basename(file));
  const folder = attempt(tmpdir(), () => mkdtempSync(join(realpathSync(tmpdir()), 'ssl-compile-module-')));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const copy = (from: string, to: string): void => attempt(join(folder, to), () => copyIfThere(join(module.folder, from), join(folder, to)));
  try {
    copy(`${module.name}.js`, `${module.name}.mjs`);
    for (const file of beside) copy(file, file);
  } catch (error) {
    remove();
    throw error;
  }
  return { file: join(folder, `${module.name}.mjs`), translate: (message) => message.replaceAll(folder, resolve(module.folder)), remove };
}

/** What is missing is the module's to miss. */
function copyIfThere(from: string, to: string): void {
  const found = statSync(from, { throwIfNoEntry: false });
  if (found === undefined) return;
  const irregular = irregularity(found);
  if (irregular !== undefined) fail(fileDiagnostics.unreadable({ args: [from, irregular] }));
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    return fail(fileDiagnostics['not-writable']({ args: [path, reasonOf(error)] }));
  }
}
