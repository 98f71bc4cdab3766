// Names of tensors as a person maps them: `--map 'backbone.conv*=conv*'`. A star stands for any characters, dots too,
// or for none; the k-th star of the new name is what the k-th star of the old one stood for, and an earlier star takes
// as little as it can. A new name without stars is for one tensor. A tensor that no pattern matches keeps its name.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { listed } from '../model/listed.ts';
import { mapDiagnostics } from './weight-diagnostics.ts';

export interface NamePattern {
  readonly from: string;
  /** With as many stars, or none. */
  readonly to: string;
}

/**
 * The new name of each tensor.
 * @param names Of the tensors of a file.
 * @throws DiagnosticError `map/*` where a pattern matches nothing, or the patterns do not say what one tensor is called
 */
export function renamed(names: readonly string[], patterns: readonly NamePattern[], file: string): ReadonlyMap<string, string> {
  const faults: Diagnostic[] = patterns.filter(({ from, to }) => ![0, starsOf(from)].includes(starsOf(to))).map(({ from, to }) => mapDiagnostics.stars({ args: [from, to] }));
  if (faults.length > 0) throw new DiagnosticError(faults);
  const matched = new Map<NamePattern, string[]>(patterns.map((pattern) => [pattern, []]));
  const result = new Map<string, string>();
  for (const name of names) {
    const found = patterns.flatMap((pattern) => {
      const stars = starsIn(pattern.from, name);
      return stars ? [{ pattern, to: filled(pattern.to, stars) }] : [];
    });
    for (const { pattern } of found) matched.get(pattern)?.push(name);
    const [first, second] = found;
    if (first && second) faults.push(mapDiagnostics.several({ args: [file, name, first.pattern.from, second.pattern.from], help: 'write patterns that do not overlap' }));
    result.set(name, first?.to ?? name);
  }
  for (const [{ from }, found] of matched) {
    if (found.length === 0) faults.push(mapDiagnostics.nothing({ args: [file, from], help: `it holds ${listed(names)}` }));
  }
  faults.push(...collisions(result, file));
  if (faults.length > 0) throw new DiagnosticError(faults);
  return result;
}

function collisions(names: ReadonlyMap<string, string>, file: string): readonly Diagnostic[] {
  const first = new Map<string, string>();
  return [...names].flatMap(([old, name]) => {
    const other = first.get(name);
    if (other !== undefined) return [mapDiagnostics.collision({ args: [file, other, old, name] })];
    first.set(name, old);
    return [];
  });
}

function starsOf(pattern: string): number {
  return pattern.split('*').length - 1;
}

/** What the stars of a pattern stand for, or undefined where it does not match. Linear: a piece is sought once. */
function starsIn(pattern: string, name: string): readonly string[] | undefined {
  const [head = '', ...pieces] = pattern.split('*');
  const tail = pieces.pop();
  if (tail === undefined) return pattern === name ? [] : undefined;
  if (!name.startsWith(head) || !name.endsWith(tail)) return undefined;
  const end = name.length - tail.length;
  const stars: string[] = [];
  let at = head.length;
  for (const piece of pieces) {
    const found = name.indexOf(piece, at);
    if (found < 0) return undefined;
    stars.push(name.slice(at, found));
    at = found + piece.length;
  }
  if (at > end) return undefined;
  return [...stars, name.slice(at, end)];
}

function filled(pattern: string, stars: readonly string[]): string {
  const [head = '', ...pieces] = pattern.split('*');
  return head + pieces.map((piece, i) => (stars[i] ?? '') + piece).join('');
}
