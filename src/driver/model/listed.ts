// Names in a sentence.

/** Names shown of a longer list. */
const shown = 6;

/** `"a", "b" and 3 more` */
export function listed(names: readonly string[]): string {
  const quoted = names.slice(0, shown).map((name) => `"${name}"`).join(', ');
  return names.length > shown ? `${quoted} and ${names.length - shown} more` : quoted;
}
