// Settings whose value is one of a few words: `method = proximal`.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Setting } from '../../syntax/ast.ts';
import type { Report } from '../diagnostics.ts';

interface ValueDiagnostic {
  readonly value: (place: { span: Setting['span']; args: [string, string, string]; help: string | undefined }) => Diagnostic;
}

export function choose<T>(setting: Setting, choices: ReadonlyMap<string, T>, table: ValueDiagnostic, report: Report): T | undefined {
  const { value, name } = setting;
  const word = value.kind === 'name' ? value.text : undefined;
  const choice = word === undefined ? undefined : choices.get(word);
  if (choice !== undefined) return choice;
  const words = [...choices.keys()];
  const found = word === undefined ? `a ${value.kind}` : `\`${word}\``;
  const help = word === undefined ? undefined : report.advice.meant('constant', word, words);
  return report(table.value({ span: value.span, args: [name.text, found, words.map((known) => `\`${known}\``).join(' or ')], help }));
}
