// The functions of the runtime that a module needs, as JavaScript. The runtime comes as text, TypeScript in
// development and JavaScript from the built package: both give the same characters here.

import type * as TsMorph from 'ts-morph';
import { invariant } from '../base/invariant.ts';

/**
 * The text of the functions in `roots` and of those they call, in the order of the runtime's files, without `export`.
 * What those files import of one another is here, too; their documentation stays there, for modules are to be small.
 */
export function runtimeFunctions({ Project, ts, SyntaxKind }: typeof TsMorph, runtime: readonly string[], roots: readonly string[]): readonly string[] {
  const script = ts.transpileModule(runtime.join('\n'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, newLine: ts.NewLineKind.LineFeed },
  }).outputText;
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true, compilerOptions: { allowJs: true } });
  const functions = project.createSourceFile('runtime.js', script).getFunctions();
  const needed = new Set<string>();
  const need = (name: string): void => {
    const found = functions.find((fn) => fn.getName() === name);
    if (!found || needed.has(name)) return;
    needed.add(name);
    for (const identifier of found.getDescendantsOfKind(SyntaxKind.Identifier)) need(identifier.getText());
  };
  for (const root of roots) {
    invariant(functions.some((fn) => fn.getName() === root), () => `the runtime has no function ${root}`);
    need(root);
  }
  return functions
    .filter((fn) => needed.has(fn.getName() ?? ''))
    .map((fn) => fn.setIsExported(false).getText().replace(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2)));
}
