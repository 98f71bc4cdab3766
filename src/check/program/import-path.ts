// The paths of imports: of a file in the folder of the main source, or below, with `/`.

import type { StringLiteral } from '../../syntax/ast.ts';
import { importDiagnostics } from '../diagnostics.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';

const example = 'for example `import residual from "blocks/residual.ssl"`';

/** As it counts: `./a.ssl` is `a.ssl`. A diagnostic for what is no path of a source of the program. */
export function importPath({ value, span }: StringLiteral): string | Diagnostic {
  const fault = (why: string, help = example): Diagnostic => importDiagnostics.path({ span, args: [value, why], help });
  if (value.includes('\\')) return fault('its parts are parted by `/`, also on Windows');
  if (value.startsWith('/') || /^[A-Za-z]:/.test(value)) return fault('it begins outside of the folder of the main file', `a path is read from there: ${example}`);
  const parts = value.split('/').filter((part, index) => part !== '.' || index > 0);
  if (parts.includes('..')) return fault('it leaves the folder of the main file', `what is imported lies in that folder or below: ${example}`);
  if (parts.some((part) => part === '' || part === '.' || /[\p{Cc}:*?"<>|]/u.test(part))) return fault('it names no file');
  if (!value.endsWith('.ssl')) return fault('it names no `.ssl` file');
  return parts.join('/');
}
