// Which of its `sparsity` blocks a file is trained with.

import type { SourceFile, SparsityDeclaration } from '../../syntax/ast.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';

/**
 * @param name As the caller asks for; undefined: the one that there is, or the one without a name.
 * @param undecided Whether there may be several to choose from; then none is answered.
 */
export function chooseSparsity({ declarations, span }: SourceFile, name: string | undefined, undecided: boolean, report: Report): SparsityDeclaration | undefined {
  const blocks = declarations.filter((declaration) => declaration.kind === 'sparsity');
  const names = blocks.flatMap((block) => block.name?.text ?? []);
  if (name !== undefined) {
    const found = blocks.find((block) => block.name?.text === name);
    const help = report.advice.on('layer', name, names) ?? 'a block has a name where it is written: `sparsity fine { ... }`';
    return found ?? report(sparsityDiagnostics['no-block']({ args: [span.source.name, name], help }));
  }
  const [first, ...others] = blocks;
  if (!first || others.length === 0) return first;
  const plain = blocks.find((block) => !block.name);
  if (plain || undecided) return plain;
  const related = blocks.flatMap((block) => (block.name ? [{ message: `\`${block.name.text}\``, span: block.name.span }] : []));
  return report(sparsityDiagnostics['several-blocks']({ span: related[0]?.span, args: [names], related: related.slice(1), help: `choose one: --sparsity ${names[0]}` }));
}
