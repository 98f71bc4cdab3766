// Recognises misspelt keywords where nothing else could stand, so that `nework LeNet(...) {` is one complaint
// and its body is still read, operators of other languages, and keywords used as names. Runs before parsing, on tokens.

import type { IToken, TokenType } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Source } from '../base/span.ts';
import { nearest } from '../base/suggest.ts';
import { endOf, endsOperand, isAtom, isCloser, isIdentifier, isOpener } from './brackets.ts';
import { isReserved } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import { Heads } from './heads.ts';
import {
  And, As, Block, Comma, Const, Else, Equals, From, Identifier, If, Import, Labels, Lasso, LeftBrace, LeftBracket, LeftParen,
  Network, Not, Of, On, Or, Repeat, Return, RightBrace, Sparsity, Star, Strength, StringToken, Times, Train, With,
} from './tokens.ts';

interface Place {
  readonly depth: number;
  /** In the head of an `if` or a `repeat`. */
  readonly inHead: boolean;
  readonly inBody: boolean;
  readonly at: (distance: number) => IToken | undefined;
}

const is = (token: IToken | undefined, ...types: readonly TokenType[]): boolean =>
  token !== undefined && types.includes(token.tokenType);

/** Whether a statement or declaration may begin here. */
const begins = ({ at }: Place): boolean => at(-1) === undefined || is(at(-1), LeftBrace, RightBrace) || endsOperand(at(-1));

/** Each keyword with the places where a near miss of it can be nothing else. */
const places: readonly (readonly [word: string, type: TokenType, fits: (place: Place) => boolean])[] = [
  ['const', Const, (p) => p.depth === 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), Equals)],
  ['import', Import, (p) => p.depth === 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), From, Comma)],
  ['from', From, (p) => p.depth === 0 && is(p.at(-2), Import, Comma) && isIdentifier(p.at(-1)) && is(p.at(1), StringToken)],
  ['block', Block, (p) => p.depth === 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), LeftParen)],
  ['network', Network, (p) => p.depth === 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), LeftParen)],
  ['sparsity', Sparsity, (p) => p.depth === 0 && begins(p) && (is(p.at(1), LeftBrace) || (isIdentifier(p.at(1)) && is(p.at(2), LeftBrace)))],
  ['train', Train, (p) => p.depth === 0 && begins(p) && is(p.at(1), On)],
  ['on', On, (p) => is(p.at(-1), Train) && isAtom(p.at(1)) && is(p.at(2), LeftBrace)],
  ['return', Return, (p) => p.depth > 0 && !p.inBody && begins(p) && (isAtom(p.at(1)) || is(p.at(1), LeftParen))],
  ['lasso', Lasso, (p) => p.depth > 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), Of, Comma, Identifier)],
  ['labels', Labels, (p) => p.depth > 0 && begins(p) && is(p.at(1), LeftBracket)],
  ['of', Of, (p) => is(p.at(-2), Lasso, Comma) && isIdentifier(p.at(-1)) && (isIdentifier(p.at(1)) || is(p.at(1), Star))],
  ['repeat', Repeat, (p) => isAtom(p.at(1)) && is(p.at(2), As, With)],
  ['with', With, (p) => p.inHead && endsOperand(p.at(-1)) && isIdentifier(p.at(1)) && is(p.at(2), Equals)],
  ['else', Else, (p) => p.depth > 0 && is(p.at(-1), RightBrace) && is(p.at(1), LeftBrace, If)],
  ['times', Times, (p) => p.depth > 0 && (is(p.at(-1), Star) || isIdentifier(p.at(-1))) && isAtom(p.at(1)) && is(p.at(2), Comma, Strength)],
  ['strength', Strength, (p) => p.depth > 0 && (is(p.at(-1), Star) || isIdentifier(p.at(-1))) && isAtom(p.at(1))],
];

/** What the operators of other languages are called here. */
const operators: ReadonlyMap<string, readonly [word: string, type: TokenType]> = new Map([
  ['&', ['and', And]],
  ['&&', ['and', And]],
  ['|', ['or', Or]],
  ['||', ['or', Or]],
  ['!', ['not', Not]],
]);

export interface Respelt {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Tokens with misspelt and misused keywords put right, and a diagnostic for each. */
export function respell(source: Source, tokens: readonly IToken[]): Respelt {
  const respelt: IToken[] = [];
  const diagnostics: Diagnostic[] = [];
  const heads = new Heads();
  const push = (token: IToken): void => {
    respelt.push(token);
    heads.pass(token);
  };
  let depth = 0;
  tokens.forEach((token, index) => {
    if (isOpener(token)) depth++;
    else if (isCloser(token)) depth--;
    const at = (distance: number): IToken | undefined =>
      distance < 0 ? respelt[index + distance] : tokens[index + distance];
    const span = { source, start: token.startOffset, end: endOf(token) };
    if (isReserved(token) && tokens[index + 1]?.tokenType === Equals) {
      diagnostics.push(syntaxDiagnostics['reserved-word']({ span, args: [token.image] }));
      push(retyped(token, Identifier));
      return;
    }
    const place = { depth, inHead: heads.areOpen, inBody: heads.areInBody, at };
    const meant = token.tokenType === Identifier ? wordMeant(token.image, place) : operators.get(token.image);
    if (meant === undefined) {
      push(token);
      return;
    }
    const [word, type] = meant;
    diagnostics.push(
      syntaxDiagnostics['misspelt-word']({
        span,
        args: [token.image],
        help: `did you mean \`${word}\`?`,
        fix: { span, replacement: word },
      }),
    );
    push(retyped(token, type));
  });
  return { tokens: respelt, diagnostics };
}

function retyped(token: IToken, type: TokenType): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: present(type.tokenTypeIdx, 'token index') };
}

function wordMeant(image: string, place: Place): readonly [string, TokenType] | undefined {
  const fitting = places.filter(([word, , fits]) => isNear(image, word) && fits(place));
  const word = nearest(image, fitting.map(([candidate]) => candidate));
  const found = fitting.find(([candidate]) => candidate === word);
  return found && [found[0], found[1]];
}

/** Cheap filter before the edit distance. */
function isNear(image: string, word: string): boolean {
  return Math.abs(image.length - word.length) <= 2;
}
