// "Did you mean": the nearest known name by edit distance (insert, delete, replace, swap of neighbours), as far as one
// may be a slip of the pen for the other. Another beginning or another number is another word: gelu is no slip for
// relu, nor relu6, nor fc3 for fc2.

/** Nobody types more than that and slips. */
const longestName = 64;
/** More differences are another name, however long it is. */
const mostSlips = 4;
const beyond = 255;

/** Of the table of distances, the last three: used again, since a file may hold thousands of unknown names. */
const newRow = (): Uint8Array => new Uint8Array(longestName + mostSlips + 2);
const rows = [newRow(), newRow(), newRow()] as const;

/**
 * More than `most` where it is not at most that: cells further off the diagonal are not looked at, nor what follows a
 * row without any distance up to `most`. The lengths differ by `most` at most.
 */
function editDistance(a: string, b: string, most: number): number {
  let [older, last, row] = rows;
  for (let j = 0; j <= b.length; j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const [from, to] = [Math.max(1, i - most), Math.min(b.length, i + most)];
    let least = from === 1 ? i : beyond;
    row[from - 1] = least;
    for (let j = from; j <= to; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, older[j - 2]! + 1);
      row[j] = best;
      least = Math.min(least, best);
    }
    row[to + 1] = beyond;
    if (least > most) return beyond;
    [older, last, row] = [last, row, older];
  }
  return last[b.length]!;
}

/** Both in lower case. */
function mayBeSlip(written: string, known: string): boolean {
  const isSwapped = written[0] === known[1] && written[1] === known[0];
  return (written[0] === known[0] || isSwapped) && digitsOf(written) === digitsOf(known);
}

function digitsOf(name: string): string {
  return name.replace(/\D+/g, '');
}

/** The known name nearest to `name`, if it is near enough to be a slip of the pen. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const lower = name.toLowerCase();
  if (lower.length > longestName) return undefined;
  const limit = Math.min(mostSlips, Math.max(1, Math.floor(lower.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    if (Math.abs(other.length - lower.length) >= bestDistance) continue;
    const distance = editDistance(lower, other, bestDistance - 1);
    if (distance < bestDistance && mayBeSlip(lower, other)) [best, bestDistance] = [candidate, distance];
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
