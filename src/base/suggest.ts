// "Did you mean": the nearest known name by edit distance (insert, delete, replace, swap of neighbours).

function editDistance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let j = 1; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      rows[i]![j] = best;
    }
  }
  return at(a.length, b.length);
}

/** Nobody types more than that and slips; the time and memory of a distance grow with the product of the lengths. */
const longestName = 64;

/** The known name nearest to `name`, if it is near enough to be a slip of the pen. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  if (name.length > longestName) return undefined;
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** `did you mean "conv1"?`, or what there is to choose from, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  const candidate = nearest(name, names);
  if (candidate !== undefined) return `did you mean "${candidate}"?`;
  if (names.length > 0 && names.length <= 12) return `known: ${names.join(', ')}`;
  return undefined;
}
