// The grammar, as a chevrotain parser that yields a concrete syntax tree. Operations, settings and data sets
// are plain names: the grammar does not grow with them. `grammar/` is generated from these rules. It stops at
// the first error; `recover` goes on from there.
//
// Declarations have their rules in declaration-rules.ts, expressions here. An expression is a flat row of operands, signs
// and operators: `operators` knows how they bind. So nesting is by brackets and by the heads of `if` and `repeat` alone,
// which `depth` counts.

import type { CstNode, IRecognitionException, ISerializedGast, IToken } from 'chevrotain';
import { DeclarationRules } from './declaration-rules.ts';
import type { Rule } from './declaration-rules.ts';
import { binaryOperators } from './operators.ts';
import {
  As, Comma, Else, Equals, False, Identifier, If, LeftBrace, LeftBracket, LeftParen, Minus, Not, NumberToken, Repeat,
  RightBrace, RightBracket, RightParen, StringToken, True, With,
} from './tokens.ts';

class SslParser extends DeclarationRules {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  expression: Rule = this.RULE('expression', () => {
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(Minus) }, { ALT: () => this.CONSUME(Not) }]));
    this.SUBRULE(this.operand);
    this.MANY2(() => {
      this.SUBRULE(this.operator);
      this.MANY3(() => this.OR2([{ ALT: () => this.CONSUME2(Minus) }, { ALT: () => this.CONSUME2(Not) }]));
      this.SUBRULE2(this.operand);
    });
  });

  operator: Rule = this.RULE('operator', () => {
    this.OR(binaryOperators.map((type, i) => ({ ALT: () => this.consume(i, type) })));
  });

  operand: Rule = this.RULE('operand', () => {
    this.OR({
      ERR_MSG: 'an expression',
      DEF: [
        { ALT: () => this.SUBRULE(this.call) },
        { ALT: () => this.CONSUME(Identifier) },
        { ALT: () => this.CONSUME(NumberToken) },
        { ALT: () => this.CONSUME(StringToken) },
        { ALT: () => this.CONSUME(True) },
        { ALT: () => this.CONSUME(False) },
        { ALT: () => this.SUBRULE(this.list) },
        { ALT: () => this.SUBRULE(this.parenthesized) },
        { ALT: () => this.SUBRULE(this.if) },
        { ALT: () => this.SUBRULE(this.repeat) },
      ],
    });
  });

  parenthesized: Rule = this.RULE('parenthesized', () => {
    this.CONSUME(LeftParen);
    this.SUBRULE(this.expression);
    this.CONSUME(RightParen);
  });

  if: Rule = this.RULE('if', () => {
    this.CONSUME(If);
    this.SUBRULE(this.expression);
    this.SUBRULE(this.body);
    this.MANY(() => {
      this.CONSUME(Else);
      this.CONSUME2(If);
      this.SUBRULE2(this.expression);
      this.SUBRULE2(this.body);
    });
    this.CONSUME2(Else);
    this.SUBRULE3(this.body);
  });

  repeat: Rule = this.RULE('repeat', () => {
    this.CONSUME(Repeat);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(As);
      this.CONSUME(Identifier);
    });
    this.CONSUME(With);
    this.SUBRULE(this.carried);
    this.SUBRULE(this.body);
  });

  carried: Rule = this.RULE('carried', () => {
    this.CONSUME(Identifier);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  body: Rule = this.RULE('body', () => {
    this.CONSUME(LeftBrace);
    this.MANY(() => this.SUBRULE(this.setting));
    this.SUBRULE(this.expression);
    this.CONSUME(RightBrace);
  });

  list: Rule = this.RULE('list', () => {
    this.CONSUME(LeftBracket);
    this.OPTION(() => {
      this.SUBRULE(this.expression);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.expression);
      });
      this.OPTION2(() => this.CONSUME2(Comma));
    });
    this.CONSUME(RightBracket);
  });

  call: Rule = this.RULE('call', () => {
    this.CONSUME(Identifier);
    this.CONSUME(LeftParen);
    this.OPTION(() => {
      this.SUBRULE(this.argument);
      this.MANY(() => {
        this.CONSUME(Comma);
        this.SUBRULE2(this.argument);
      });
      this.OPTION2(() => this.CONSUME2(Comma));
    });
    this.CONSUME(RightParen);
  });

  argument: Rule = this.RULE('argument', () => {
    this.OPTION(() => {
      this.CONSUME(Identifier);
      this.CONSUME(Equals);
    });
    this.SUBRULE(this.expression);
  });
}

let shared: SslParser | undefined;

/** Built on first use: the analysis of the grammar takes some milliseconds. */
function parser(): SslParser {
  return (shared ??= new SslParser());
}

export interface ParsedTokens {
  readonly cst?: CstNode;
  /** The first; nothing is parsed after it. */
  readonly error?: IRecognitionException;
}

export function parseTokens(tokens: readonly IToken[]): ParsedTokens {
  const p = parser();
  p.input = [...tokens];
  const cst = p.file();
  const [error] = p.errors;
  return error ? { error } : { cst };
}

/** The rules as data, in order of declaration: what `grammar/` is drawn from. */
export function grammarRules(): readonly ISerializedGast[] {
  return parser().getSerializedGastProductions();
}
