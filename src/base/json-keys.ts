// Keys of JSON text. `JSON.parse` keeps the last of two members of one name and says nothing; where each member is
// somebody's data, that is a silent choice.

/**
 * The first key that an object anywhere in the text holds twice, escapes decoded.
 * @param text That `JSON.parse` has accepted.
 */
export function repeatedKey(text: string): string | undefined {
  // The keys of each object that is open; an array holds none.
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    if (character !== '"') continue;
    const start = at;
    at = closingQuote(text, start);
    if (!colonFollows(text, at + 1)) continue;
    const key = String(JSON.parse(text.slice(start, at + 1)));
    const keys = open.at(-1);
    if (keys?.has(key)) return key;
    keys?.add(key);
  }
  return undefined;
}

function closingQuote(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function colonFollows(text: string, from: number): boolean {
  let at = from;
  while (' \t\n\r'.includes(text[at] ?? 'end')) at++;
  return text[at] === ':';
}
