// The runtime's sources taken apart into functions. Only in a checkout, and when the package is built.

import type { FunctionDeclaration } from 'ts-morph';
import type { RuntimeFunction } from '../../emit/runtime-functions.ts';

/** @param texts TypeScript, or JavaScript as the build writes it: both give the same characters. */
export async function parseRuntime(texts: readonly string[]): Promise<readonly RuntimeFunction[]> {
  const { Project, SyntaxKind, ts } = await import('ts-morph');
  const script = ts.transpileModule(texts.join('\n'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, newLine: ts.NewLineKind.LineFeed },
  }).outputText;
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true, compilerOptions: { allowJs: true } });
  const declarations = project.createSourceFile('runtime.js', script).getFunctions();
  const names = new Set(declarations.map((declaration) => declaration.getNameOrThrow()));
  const identifiersOf = (declaration: FunctionDeclaration): Set<string> =>
    new Set(declaration.getDescendantsOfKind(SyntaxKind.Identifier).map((identifier) => identifier.getText()));
  return declarations.map((declaration) => {
    const name = declaration.getNameOrThrow();
    const calls = [...identifiersOf(declaration)].filter((identifier) => identifier !== name && names.has(identifier));
    const text = declaration.setIsExported(false).getText();
    return { name, calls, text: text.replace(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2)) };
  });
}
