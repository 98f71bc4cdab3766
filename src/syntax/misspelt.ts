// Recognises misspelt keywords where nothing else could stand, so that `nework LeNet(...) {` is one complaint
// and its body is still read, and keywords used as names. Runs before parsing, on tokens.

import type { IToken, TokenType } from 'chevrotain';
import type { Diagnostic } from '../base/diagnostic.ts';
import { present } from '../base/invariant.ts';
import type { Source } from '../base/span.ts';
import { nearest } from '../base/suggest.ts';
import { endOf, endsOperand, isAtom, isCloser, isIdentifier, isOpener } from './brackets.ts';
import { isReserved } from './describe.ts';
import { syntaxDiagnostics } from './diagnostics.ts';
import {
  Comma, Const, Equals, Identifier, Labels, Lasso, LeftBrace, LeftBracket, LeftParen, Network, Of, On, Return,
  RightBrace, Sparsity, Star, Strength, Train,
} from './tokens.ts';

interface Place {
  readonly depth: number;
  readonly at: (distance: number) => IToken | undefined;
}

const is = (token: IToken | undefined, ...types: readonly TokenType[]): boolean =>
  token !== undefined && types.includes(token.tokenType);

/** Whether a statement or declaration may begin here. */
const begins = ({ at }: Place): boolean => at(-1) === undefined || is(at(-1), LeftBrace, RightBrace) || endsOperand(at(-1));

/** Each keyword with the places where a near miss of it can be nothing else. */
const places: readonly (readonly [word: string, type: TokenType, fits: (place: Place) => boolean])[] = [
  ['const', Const, (p) => p.depth === 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), Equals)],
  ['network', Network, (p) => p.depth === 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), LeftParen)],
  ['sparsity', Sparsity, (p) => p.depth === 0 && begins(p) && is(p.at(1), LeftBrace)],
  ['train', Train, (p) => p.depth === 0 && begins(p) && is(p.at(1), On)],
  ['on', On, (p) => is(p.at(-1), Train) && isAtom(p.at(1)) && is(p.at(2), LeftBrace)],
  ['return', Return, (p) => p.depth > 0 && begins(p) && (isAtom(p.at(1)) || is(p.at(1), LeftParen))],
  ['lasso', Lasso, (p) => p.depth > 0 && begins(p) && isIdentifier(p.at(1)) && is(p.at(2), Of, Comma, Identifier)],
  ['labels', Labels, (p) => p.depth > 0 && begins(p) && is(p.at(1), LeftBracket)],
  ['of', Of, (p) => is(p.at(-2), Lasso, Comma) && isIdentifier(p.at(-1)) && (isIdentifier(p.at(1)) || is(p.at(1), Star))],
  ['strength', Strength, (p) => p.depth > 0 && (is(p.at(-1), Star) || isIdentifier(p.at(-1))) && isAtom(p.at(1))],
];

export interface Respelt {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Tokens with misspelt and misused keywords put right, and a diagnostic for each. */
export function respell(source: Source, tokens: readonly IToken[]): Respelt {
  const respelt: IToken[] = [];
  const diagnostics: Diagnostic[] = [];
  let depth = 0;
  tokens.forEach((token, index) => {
    if (isOpener(token)) depth++;
    else if (isCloser(token)) depth--;
    const at = (distance: number): IToken | undefined =>
      distance < 0 ? respelt[index + distance] : tokens[index + distance];
    const span = { source, start: token.startOffset, end: endOf(token) };
    if (isReserved(token) && tokens[index + 1]?.tokenType === Equals) {
      diagnostics.push(syntaxDiagnostics['reserved-word']({ span, args: [token.image] }));
      respelt.push(retyped(token, Identifier));
      return;
    }
    const meant = token.tokenType === Identifier ? wordMeant(token.image, { depth, at }) : undefined;
    if (meant === undefined) {
      respelt.push(token);
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
    respelt.push(retyped(token, type));
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
