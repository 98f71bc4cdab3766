// Follows the heads of `if`, `else` and `repeat` while tokens pass by: what stands between the word and the brace of its
// body. There a brace opens a body, `x = stem` begins no statement, and two names may stand side by side.

import type { IToken, TokenType } from 'chevrotain';
import { isCloser, isOpener } from './brackets.ts';
import { Else, If, LeftBrace, Repeat } from './tokens.ts';

export class Heads {
  /** Of the brackets around. */
  readonly #outer: { readonly count: number; readonly inBody: boolean }[] = [];
  #count = 0;
  #inBody = false;
  #previous: TokenType | undefined;

  /** Whether the place after the last token is within a head, and not within brackets of it. */
  get areOpen(): boolean {
    return this.#count > 0;
  }

  /** Whether the innermost bracket is the brace of a body. */
  get areInBody(): boolean {
    return this.#inBody;
  }

  pass(token: IToken): void {
    const { tokenType } = token;
    if (tokenType === Repeat || tokenType === Else || (tokenType === If && this.#previous !== Else)) {
      this.#count++;
    } else if (isOpener(token)) {
      const opensBody = tokenType === LeftBrace && this.#count > 0;
      this.#outer.push({ count: opensBody ? this.#count - 1 : this.#count, inBody: this.#inBody });
      this.#count = 0;
      this.#inBody = opensBody;
    } else if (isCloser(token)) {
      const { count = 0, inBody = false } = this.#outer.pop() ?? {};
      this.#count = count;
      this.#inBody = inBody;
    }
    this.#previous = tokenType;
  }
}
