// The words of the language. Reserved words are those that an expression would otherwise take for a name; the
// others (`labels`, `block`, `from`) are also identifiers, so that a layer or a setting may bear their names.

import type { TokenType } from 'chevrotain';
import { createToken, Lexer } from './chevrotain.ts';

export const COMMENTS = 'comments';

/** What a person reads in "expected ..." is the token's label. */
const punctuation = (name: string, text: string): TokenType =>
  createToken({ name, pattern: text, label: `\`${text}\`` });

export const Identifier: TokenType = createToken({ name: 'Identifier', pattern: /[A-Za-z_]\w*/, label: 'a name' });

const word = (name: string, text: string, categories: readonly TokenType[]): TokenType =>
  createToken({ name, pattern: text, label: `\`${text}\``, longer_alt: Identifier, categories: [...categories] });
const reserved = (name: string, text: string): TokenType => word(name, text, []);
const soft = (name: string, text: string): TokenType => word(name, text, [Identifier]);

export const Const: TokenType = reserved('Const', 'const');
export const Network: TokenType = reserved('Network', 'network');
export const Sparsity: TokenType = reserved('Sparsity', 'sparsity');
export const Train: TokenType = reserved('Train', 'train');
export const On: TokenType = reserved('On', 'on');
export const Return: TokenType = reserved('Return', 'return');
export const Lasso: TokenType = reserved('Lasso', 'lasso');
export const Of: TokenType = reserved('Of', 'of');
export const True: TokenType = reserved('True', 'true');
export const False: TokenType = reserved('False', 'false');
export const If: TokenType = reserved('If', 'if');
export const Else: TokenType = reserved('Else', 'else');
export const Repeat: TokenType = reserved('Repeat', 'repeat');
export const And: TokenType = reserved('And', 'and');
export const Or: TokenType = reserved('Or', 'or');
export const Not: TokenType = reserved('Not', 'not');
export const Import: TokenType = soft('Import', 'import');
export const From: TokenType = soft('From', 'from');
export const Block: TokenType = soft('Block', 'block');
export const As: TokenType = soft('As', 'as');
export const With: TokenType = soft('With', 'with');
export const Times: TokenType = soft('Times', 'times');
export const Labels: TokenType = soft('Labels', 'labels');
export const Tensor: TokenType = soft('Tensor', 'tensor');
export const Strength: TokenType = soft('Strength', 'strength');
export const Keep: TokenType = soft('Keep', 'keep');

export const NumberToken: TokenType = createToken({
  name: 'Number',
  pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/,
  label: 'a number',
});
export const StringToken: TokenType = createToken({
  name: 'String',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/,
  label: 'a string',
});

// Malformed words are tokens of the kind that was meant, so that the parser goes on after the complaint.

/**
 * `12px`, `5.`, `.5`, but not `1e9`; a dot after a name is a pattern's, not a number's, and so is what follows it:
 * `stage2.0.conv1`. What stands before letters is bounded, since of `0.0.0.0...` each number would look for them at the
 * end.
 */
export const MalformedNumber: TokenType = createToken({
  name: 'MalformedNumber',
  pattern: /(?<![\w*]\.)(?:(?!\d+(?:\.\d+)?[eE]\d+(?!\w))\d[\d.]{0,60}[A-Za-z_]\w*|\d+\.(?![\w*.]))|(?<![\w*.)\]])\.\d+(?:[eE][+-]?\d+)?/,
  start_chars_hint: [...'.0123456789'],
  longer_alt: NumberToken,
  categories: [NumberToken],
});
const anyLetters = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
/** `größe`: read as one word, before those that it may begin with. */
export const ForeignName: TokenType = createToken({
  name: 'ForeignName',
  pattern: (text: string, offset: number) => {
    anyLetters.lastIndex = offset;
    const found = anyLetters.exec(text);
    return found && /[^\w]/.test(found[0]) ? found : null;
  },
  line_breaks: false,
  // Of what is beyond Latin-1 the lexer tells 255 neighbours apart as little as one.
  start_chars_hint: [...Array(256).keys(), ...Array.from({ length: 257 }, (_, i) => 255 * (i + 1))].filter((code) => code > 127 || /[A-Za-z_]/.test(String.fromCharCode(code))),
  categories: [Identifier],
});
export const UnterminatedString: TokenType = createToken({
  name: 'UnterminatedString',
  pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/,
  categories: [StringToken],
});
export const SingleQuoted: TokenType = createToken({
  name: 'SingleQuoted',
  pattern: /'[^'\r\n]*'/,
  categories: [StringToken],
});
/** The operators of other languages. */
export const ForeignOperator: TokenType = createToken({ name: 'ForeignOperator', pattern: /&&?|\|\|?|!/, label: 'an operator' });

export const LeftBrace: TokenType = punctuation('LeftBrace', '{');
export const RightBrace: TokenType = punctuation('RightBrace', '}');
export const LeftParen: TokenType = punctuation('LeftParen', '(');
export const RightParen: TokenType = punctuation('RightParen', ')');
export const LeftBracket: TokenType = punctuation('LeftBracket', '[');
export const RightBracket: TokenType = punctuation('RightBracket', ']');
export const Comma: TokenType = punctuation('Comma', ',');
export const Colon: TokenType = punctuation('Colon', ':');
export const IsEqual: TokenType = punctuation('IsEqual', '==');
export const IsNotEqual: TokenType = punctuation('IsNotEqual', '!=');
export const AtMost: TokenType = punctuation('AtMost', '<=');
export const AtLeast: TokenType = punctuation('AtLeast', '>=');
export const Less: TokenType = punctuation('Less', '<');
export const Greater: TokenType = punctuation('Greater', '>');
export const Equals: TokenType = punctuation('Equals', '=');
export const Dot: TokenType = punctuation('Dot', '.');
export const Plus: TokenType = punctuation('Plus', '+');
export const Minus: TokenType = punctuation('Minus', '-');
export const Power: TokenType = punctuation('Power', '**');
export const Star: TokenType = punctuation('Star', '*');
export const Slash: TokenType = punctuation('Slash', '/');
export const Percent: TokenType = punctuation('Percent', '%');

export const LineComment: TokenType = createToken({ name: 'LineComment', pattern: /\/\/[^\r\n]*/, group: COMMENTS });
export const BlockComment: TokenType = createToken({
  name: 'BlockComment',
  pattern: /\/\*[^]*?\*\//,
  line_breaks: true,
  group: COMMENTS,
});
/** Swallows the rest of the file. */
export const UnterminatedComment: TokenType = createToken({
  name: 'UnterminatedComment',
  pattern: /\/\*[^]*/,
  line_breaks: true,
  group: COMMENTS,
});
/** The comment of other languages. */
export const HashComment: TokenType = createToken({ name: 'HashComment', pattern: /#[^\r\n]*/, group: COMMENTS });
const Whitespace: TokenType = createToken({
  name: 'Whitespace',
  pattern: /[ \t\r\n\uFEFF]+/,
  line_breaks: true,
  group: Lexer.SKIPPED,
});

export const reservedWords: readonly TokenType[] = [
  Const, Network, Sparsity, Train, On, Return, Lasso, Of, If, Else, Repeat, And, Or, Not, True, False,
];
export const softWords: readonly TokenType[] = [Import, From, Block, As, With, Labels, Tensor, Times, Strength, Keep];

/** In matching order: longer spellings before their beginnings, words before `Identifier`. */
export const allTokens: readonly TokenType[] = [
  Whitespace, LineComment, BlockComment, UnterminatedComment, HashComment,
  ForeignName, ...reservedWords, ...softWords, Identifier,
  MalformedNumber, NumberToken, StringToken, UnterminatedString, SingleQuoted,
  LeftBrace, RightBrace, LeftParen, RightParen, LeftBracket, RightBracket,
  Comma, Colon, IsEqual, IsNotEqual, AtMost, AtLeast, Less, Greater, Equals,
  ForeignOperator, Dot, Plus, Minus, Power, Star, Slash, Percent,
];

export const lexer: Lexer = new Lexer([...allTokens]);
