// Lines of code with indentation, for targets whose output is text.
//
//   out.block('function f(x)', () => out.line('return x;'))

export class CodeWriter {
  readonly #lines: string[] = [];
  #depth = 0;

  line(text: string): this {
    this.#lines.push(text === '' ? '' : '  '.repeat(this.#depth) + text);
    return this;
  }

  /** `head {`, what `write` writes one level deeper, `}tail`. */
  block(head: string, write: () => void, tail = ''): this {
    this.line(`${head} {`);
    this.#depth++;
    write();
    this.#depth--;
    return this.line(`}${tail}`);
  }

  /** A list of words over as many lines as it needs: `head a, b,` ... `z;`. */
  list(head: string, words: readonly string[], width = 100): this {
    const rows: string[] = [];
    let row = head;
    for (const [i, word] of words.entries()) {
      const piece = `${word}${i === words.length - 1 ? ';' : ','}`;
      if (row.length + 1 + piece.length > width) {
        rows.push(row);
        row = `  ${piece}`;
      } else {
        row = `${row} ${piece}`;
      }
    }
    for (const text of [...rows, row]) this.line(text);
    return this;
  }

  /** Ends with a newline. */
  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
