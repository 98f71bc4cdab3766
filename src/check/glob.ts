// Patterns over layer names: `*` is any characters but a dot, `**` any characters.

/** Whether a pattern is a plain name. */
export function isPlain(pattern: string): boolean {
  return !pattern.includes('*');
}

/** Linear in pattern times name, whatever the pattern: no regular expression to run wild. */
export function matches(pattern: string, name: string): boolean {
  const pieces = pattern.match(/\*\*|\*|[^*]/g) ?? [];
  // reachable[i]: the pieces so far match the first i characters.
  let reachable = Array.from({ length: name.length + 1 }, (_, i) => i === 0);
  for (const piece of pieces) {
    const next = Array.from({ length: name.length + 1 }, () => false);
    for (const [i, open] of reachable.entries()) {
      if (piece === '*' || piece === '**') {
        const extended = i > 0 && next[i - 1] === true && (piece === '**' || name[i - 1] !== '.');
        next[i] = open || extended;
      } else if (open && name[i] === piece) {
        next[i + 1] = true;
      }
    }
    reachable = next;
  }
  return reachable[name.length] === true;
}
