// The parser's rules as plain data, the common source of everything in this folder.

import type { ISerializedGast } from 'chevrotain';
import { grammarRules } from '../src/syntax/parser.ts';

export type Production =
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Production[] }
  | { readonly kind: 'optional' | 'repeat'; readonly body: Production }
  | { readonly kind: 'rule' | 'token' | 'word'; readonly text: string };

export interface Rule {
  readonly name: string;
  readonly body: Production;
}

/** What chevrotain serialises, as far as it is read here. */
interface Gast extends ISerializedGast {
  readonly name?: string;
  readonly label?: string;
}

export function rules(): Rule[] {
  return grammarRules().map((rule: Gast) => ({ name: rule.name ?? '', body: sequence(rule) }));
}

function sequence({ definition }: Gast): Production {
  const parts = (definition ?? []).map(production);
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { kind: 'sequence', parts };
}

function production(gast: Gast): Production {
  switch (gast.type) {
    case 'NonTerminal':
      return { kind: 'rule', text: gast.name ?? '' };
    case 'Terminal': {
      const word = /^`(.*)`$/.exec(gast.label ?? '')?.[1];
      return word === undefined ? { kind: 'token', text: gast.name ?? '' } : { kind: 'word', text: word };
    }
    case 'Alternation':
      return { kind: 'choice', parts: (gast.definition ?? []).map(sequence) };
    case 'Option':
      return { kind: 'optional', body: sequence(gast) };
    case 'Repetition':
      return { kind: 'repeat', body: sequence(gast) };
    case 'Rule':
    case 'Alternative':
      return sequence(gast);
    case 'RepetitionMandatory':
    case 'RepetitionMandatoryWithSeparator':
    case 'RepetitionWithSeparator':
      throw new Error(`the grammar uses ${gast.type}, which grammar/rules.ts does not know yet`);
  }
}
