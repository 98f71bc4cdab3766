// Follows the heads of `if`, `else` and `repeat` while tokens pass by: what stands between the word and the brace of its
// body. There a brace opens a body, `x = stem` begins no statement, and two names may stand side by side.

import type { IToken, TokenType } from 'chevrotain';
import { isCloser, isOpener } from './brackets.ts';
import { Else, If, LeftBrace, Repeat } from './tokens.ts';

export class Heads {
  /** Of the brackets around. */
  readonly #outer: number[] = [];
  #count = 0;
  #previous: TokenType | undefined;

  /** Whether the place after the last token is within a head, and not within brackets of it. */
  get areOpen(): boolean {
    return this.#count > 0;
  }

  pass(token: IToken): void {
    const { tokenType } = token;
    if (tokenType === Repeat || tokenType === Else || (tokenType === If && this.#previous !== Else)) {
      this.#count++;
    } else if (isOpener(token)) {
      if (tokenType === LeftBrace && this.#count > 0) this.#count--;
      this.#outer.push(this.#count);
      this.#count = 0;
    } else if (isCloser(token)) {
      this.#count = this.#outer.pop() ?? 0;
    }
    this.#previous = tokenType;
  }
}
