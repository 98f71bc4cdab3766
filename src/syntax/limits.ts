// How large a file may be: far beyond any network written by hand or by a script, and small enough that every file
// within is read in less than a second. Formatting changes white space and commas alone, so neither is a word.

export const MEBIBYTE: number = 2 ** 20;
/** In UTF-16 units. */
export const MOST_CHARACTERS: number = MEBIBYTE;
/** Names, numbers, strings and signs. */
export const MOST_WORDS: number = 20_000;
/** They are not parsed. */
export const MOST_COMMENTS: number = 100_000;

/** What lies between words is tried first; the last alternative takes whatever else there is. */
const pieces = /([ \t\r\n\uFEFF]+)|(\/\/[^\r\n]*|\/\*[^]*?(?:\*\/|$)|#[^\r\n]*)|(,)|"(?:[^"\\\r\n]|\\[^\r\n])*"?|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\w+|[^]/g;

export interface OneTooMany {
  readonly what: 'words' | 'comments';
  readonly start: number;
  readonly end: number;
}

/** The first piece of `text` that is one too many. There are never more commas than words between them. */
export function oneTooMany(text: string): OneTooMany | undefined {
  let [words, comments, commas] = [0, 0, 0];
  for (const { 0: { length }, 1: blank, 2: comment, 3: comma, index } of text.matchAll(pieces)) {
    if (blank !== undefined) continue;
    if (comment !== undefined) comments++;
    else if (comma !== undefined) commas++;
    else words++;
    if (comments > MOST_COMMENTS) return { what: 'comments', start: index, end: index + length };
    if (words > MOST_WORDS || commas > MOST_WORDS) return { what: 'words', start: index, end: index + length };
  }
  return undefined;
}
