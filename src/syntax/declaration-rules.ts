// The grammar of a file and its declarations; that of expressions is in parser.ts.

import type { CstNode, ParserMethod } from 'chevrotain';
import { CstParser, EOF } from './chevrotain.ts';
import { expectations, expectedAt } from './expectations.ts';
import {
  allTokens, Block, Colon, Comma, Const, Dot, Equals, From, Identifier, Import, Keep, Labels, Lasso, LeftBrace, LeftParen,
  Network, NumberToken, Of, On, Percent, Power, Return, RightBrace, RightParen, Sparsity, Star, Strength, StringToken, Tensor,
  Times, Train,
} from './tokens.ts';
import { looksLikeUnit } from './units.ts';

export type Rule = ParserMethod<[], CstNode>;

export abstract class DeclarationRules extends CstParser {
  protected abstract readonly expression: Rule;
  protected abstract readonly operand: Rule;
  protected abstract readonly list: Rule;
  protected abstract readonly call: Rule;

  constructor() {
    super([...allTokens], {
      nodeLocationTracking: 'onlyOffset',
      maxLookahead: 2,
      errorMessageProvider: expectations,
    });
  }

  file: Rule = this.RULE('file', () => {
    this.MANY(() => this.SUBRULE(this.import));
    this.MANY2(() => this.SUBRULE(this.declaration));
  });

  import: Rule = this.RULE('import', () => {
    this.CONSUME(Import);
    this.CONSUME(Identifier);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.CONSUME2(Identifier);
    });
    this.CONSUME(From);
    this.CONSUME(StringToken);
  });

  declaration: Rule = this.RULE('declaration', () => {
    this.OR({
      ERR_MSG: expectedAt.declaration,
      DEF: [
        { ALT: () => this.SUBRULE(this.constant) },
        { ALT: () => this.SUBRULE(this.block) },
        { ALT: () => this.SUBRULE(this.network) },
        { ALT: () => this.SUBRULE(this.sparsity) },
        { ALT: () => this.SUBRULE(this.train) },
      ],
    });
  });

  constant: Rule = this.RULE('constant', () => {
    this.CONSUME(Const);
    this.CONSUME(Identifier);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  block: Rule = this.RULE('block', () => {
    this.CONSUME(Block);
    this.CONSUME(Identifier);
    this.SUBRULE(this.parameters);
    this.CONSUME(LeftBrace);
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(RightBrace);
  });

  parameters: Rule = this.RULE('parameters', () => {
    this.CONSUME(LeftParen);
    this.SUBRULE(this.parameter);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.parameter);
    });
    this.OPTION(() => this.CONSUME2(Comma));
    this.CONSUME(RightParen);
  });

  parameter: Rule = this.RULE('parameter', () => {
    this.CONSUME(Identifier);
    this.OPTION(() => {
      this.CONSUME(Equals);
      this.SUBRULE(this.expression);
    });
  });

  network: Rule = this.RULE('network', () => {
    this.CONSUME(Network);
    this.CONSUME(Identifier);
    this.SUBRULE(this.inputs);
    this.CONSUME(LeftBrace);
    this.MANY(() => this.SUBRULE(this.statement));
    this.CONSUME(RightBrace);
  });

  inputs: Rule = this.RULE('inputs', () => {
    this.CONSUME(LeftParen);
    this.SUBRULE(this.inputParameter);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.inputParameter);
    });
    this.OPTION(() => this.CONSUME2(Comma));
    this.CONSUME(RightParen);
  });

  inputParameter: Rule = this.RULE('inputParameter', () => {
    this.CONSUME(Identifier);
    this.CONSUME(Colon);
    this.CONSUME(Tensor);
    this.SUBRULE(this.list);
  });

  statement: Rule = this.RULE('statement', () => {
    this.OR({
      ERR_MSG: 'a statement (`name = ...`, `labels [...]` or `return ...`)',
      DEF: [
        { ALT: () => this.SUBRULE(this.labels) },
        { ALT: () => this.SUBRULE(this.setting) },
        { ALT: () => this.SUBRULE(this.return) },
      ],
    });
  });

  labels: Rule = this.RULE('labels', () => {
    this.CONSUME(Labels);
    this.SUBRULE(this.list);
  });

  return: Rule = this.RULE('return', () => {
    this.CONSUME(Return);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.expression);
    });
  });

  /** A layer in a network, a block or a body; elsewhere a setting. */
  setting: Rule = this.RULE('setting', () => {
    this.CONSUME(Identifier);
    this.CONSUME(Equals);
    this.SUBRULE(this.expression);
  });

  sparsity: Rule = this.RULE('sparsity', () => {
    this.CONSUME(Sparsity);
    this.OPTION(() => this.CONSUME(Identifier));
    this.CONSUME(LeftBrace);
    this.MANY(() => {
      this.OR({
        ERR_MSG: '`lasso` or a setting',
        // A name may be the word `keep`.
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { ALT: () => this.SUBRULE(this.lasso) },
          { GATE: () => this.beginsTotal(), ALT: () => this.SUBRULE(this.total) },
          // Anything else is a setting with a slip.
          { GATE: () => this.beginsBudget(), ALT: () => this.SUBRULE(this.budget) },
          { ALT: () => this.SUBRULE(this.setting) },
        ],
      });
    });
    this.CONSUME(RightBrace);
  });

  lasso: Rule = this.RULE('lasso', () => {
    this.CONSUME(Lasso);
    this.places();
    this.CONSUME(Strength);
    this.SUBRULE(this.expression);
    // `key =` begins the next setting, `admm filters of` and `keep 30% of` the next line, and no clause.
    this.MANY3({ GATE: () => this.LA(2).tokenType !== Equals && !this.beginsBudget() && !(this.LA(1).tokenType === Keep && this.beginsTotal()), DEF: () => this.SUBRULE(this.clause) });
  });

  /** `filters, channels of conv1, conv2`: a part of the rules that say it, and none of its own in the tree. */
  private places(): void {
    this.SUBRULE(this.structure);
    this.MANY(() => {
      this.CONSUME(Comma);
      this.SUBRULE2(this.structure);
    });
    this.CONSUME(Of);
    this.SUBRULE(this.layers);
    this.MANY2(() => {
      this.CONSUME2(Comma);
      this.SUBRULE2(this.layers);
    });
  }

  /** `keep 30% of` or `keep 120 KB`, and not the `keep 30%` of a budget. */
  private beginsTotal(): boolean {
    let at = 2;
    for (let depth = 0; ; at++) {
      const { tokenType } = this.LA(at);
      if (tokenType === LeftParen) depth++;
      else if (tokenType === RightParen) depth--;
      if (depth <= 0 || tokenType === EOF) break;
    }
    const behind = this.LA(at + 1).tokenType === Percent ? at + 2 : at + 1;
    const { tokenType, image } = this.LA(behind);
    // `keep % of` lacks the number of either.
    return this.LA(2).tokenType !== Percent && (tokenType === Of || looksLikeUnit(image));
  }

  private beginsBudget(): boolean {
    return [Comma, LeftParen, Of].includes(this.LA(3).tokenType);
  }

  /** Begins with the name of a method. */
  budget: Rule = this.RULE('budget', () => {
    this.CONSUME(Identifier);
    this.places();
    this.OPTION({
      GATE: () => !this.beginsTotal(),
      DEF: () => {
        this.CONSUME(Keep);
        this.SUBRULE(this.operand);
        this.OPTION2(() => this.CONSUME(Percent));
      },
    });
  });

  /** What all lines without a share of their own are to leave together. */
  total: Rule = this.RULE('total', () => {
    this.CONSUME(Keep);
    this.SUBRULE(this.operand);
    this.OR({
      ERR_MSG: '`% of` or a unit',
      DEF: [
        { ALT: () => this.CONSUME(Identifier) },
        {
          ALT: () => {
            this.OPTION(() => this.CONSUME(Percent));
            this.CONSUME(Of);
            this.CONSUME2(Identifier);
          },
        },
      ],
    });
  });

  structure: Rule = this.RULE('structure', () => {
    this.OR({
      ERR_MSG: 'a name',
      DEF: [{ ALT: () => this.SUBRULE(this.call) }, { ALT: () => this.CONSUME(Identifier) }],
    });
  });

  layers: Rule = this.RULE('layers', () => {
    this.SUBRULE(this.pattern);
    this.OPTION(() => {
      this.CONSUME(Times);
      this.SUBRULE(this.expression);
    });
  });

  /** Pieces without space between them. */
  pattern: Rule = this.RULE('pattern', () => {
    this.SUBRULE(this.piece);
    this.MANY({
      GATE: () => this.LA(1).startOffset === (this.LA(0).endOffset ?? NaN) + 1,
      DEF: () => this.SUBRULE2(this.piece),
    });
  });

  piece: Rule = this.RULE('piece', () => {
    this.OR({
      ERR_MSG: 'a layer or a pattern such as `conv*`',
      DEF: [
        { ALT: () => this.CONSUME(Identifier) },
        { ALT: () => this.CONSUME(NumberToken) },
        { ALT: () => this.CONSUME(Dot) },
        { ALT: () => this.CONSUME(Star) },
        { ALT: () => this.CONSUME(Power) },
      ],
    });
  });

  clause: Rule = this.RULE('clause', () => {
    this.CONSUME(Identifier);
    this.SUBRULE(this.expression);
  });

  train: Rule = this.RULE('train', () => {
    this.CONSUME(Train);
    this.CONSUME(On);
    this.OR({
      ERR_MSG: 'a data set (`mnist` or `"path/to/data"`)',
      DEF: [{ ALT: () => this.CONSUME(Identifier) }, { ALT: () => this.CONSUME(StringToken) }],
    });
    this.CONSUME(LeftBrace);
    this.MANY(() => {
      this.OR2({
        ERR_MSG: 'a phase (`baseline { ... }`) or a setting (`seed = 1`)',
        DEF: [{ ALT: () => this.SUBRULE(this.section) }, { ALT: () => this.SUBRULE(this.setting) }],
      });
      this.OPTION(() => this.CONSUME(Comma));
    });
    this.CONSUME(RightBrace);
  });

  section: Rule = this.RULE('section', () => {
    this.CONSUME(Identifier);
    this.CONSUME(LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.setting);
      this.OPTION(() => this.CONSUME(Comma));
    });
    this.CONSUME(RightBrace);
  });
}
