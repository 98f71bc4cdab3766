// Patterns for layer names: `*` is any characters but a dot, `**` any characters.

/** Whether a pattern is a plain name. */
export function isPlain(pattern: string): boolean {
  return !pattern.includes('*');
}

export interface Glob {
  readonly matches: (name: string) => boolean;
  /** What `matches` costs at most, in characters compared, for a name that begins and ends as the pattern does. */
  readonly costOf: (name: string) => number;
  /** Whether a name begins and ends as the pattern does: soon told, and true of few. */
  readonly mayMatch: (name: string) => boolean;
}

/** Linear in pattern times name, whatever the pattern: no regular expression to run wild. */
export function globOf(pattern: string): Glob {
  const pieces = pattern.match(/\*\*|\*|[^*]/g) ?? [];
  const [prefix, suffix] = [/^[^*]*/.exec(pattern)?.[0] ?? '', /[^*]*$/.exec(pattern)?.[0] ?? ''];
  return {
    mayMatch: (name) => name.startsWith(prefix) && name.endsWith(suffix),
    costOf: (name) => pieces.length * (name.length + 1),
    matches: (name) => reaches(pieces, name),
  };
}

export function matches(pattern: string, name: string): boolean {
  return globOf(pattern).matches(name);
}

function reaches(pieces: readonly string[], name: string): boolean {
  // reachable[i]: the pieces so far match the first i characters.
  let reachable = new Uint8Array(name.length + 2);
  let next = new Uint8Array(name.length + 2);
  reachable[0] = 1;
  for (const piece of pieces) {
    next.fill(0);
    for (let i = 0; i <= name.length; i++) {
      const open = reachable[i] === 1;
      if (piece === '*' || piece === '**') {
        const extended = i > 0 && next[i - 1] === 1 && (piece === '**' || name[i - 1] !== '.');
        next[i] = open || extended ? 1 : 0;
      } else if (open && name[i] === piece) {
        next[i + 1] = 1;
      }
    }
    [reachable, next] = [next, reachable];
  }
  return reachable[name.length] === 1;
}
