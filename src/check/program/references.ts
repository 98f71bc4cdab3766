// Names that are read before they are defined: a cycle, or merely the wrong order.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Expression, Name } from '../../syntax/ast.ts';
import { nameDiagnostics } from '../diagnostics.ts';
import { namesIn } from './walk.ts';

/** `name = value`: a layer or a constant. */
export interface Written {
  readonly name: Name;
  readonly value: Expression;
}

/** Cycles that were reported, so that each is reported once. */
export interface Cycles {
  readonly seen: Set<string>;
  /** Searches for a cycle so far; past a limit a file is so wrong that the plain message does. */
  searches: number;
}

const MOST_SEARCHES = 20;
/** Of a cycle, the names that are shown. */
const SHOWN_NAMES = 8;

export function noCycles(): Cycles {
  return { seen: new Set(), searches: 0 };
}

/** The first definition of each name. */
export function writtenByName(definitions: readonly Written[]): ReadonlyMap<string, Written> {
  return new Map(definitions.toReversed().map((definition) => [definition.name.text, definition]));
}

/**
 * The fault of `reader` reading a name that is defined only later, or undefined where it is not defined at all.
 * Answers `known` for a cycle that has been reported.
 */
export function laterDefinition(
  name: Name,
  reader: string | undefined,
  definitions: ReadonlyMap<string, Written>,
  cycles: Cycles,
): Diagnostic | 'known' | undefined {
  const definition = definitions.get(name.text);
  if (!definition) return undefined;
  const path = reader === undefined || cycles.searches++ >= MOST_SEARCHES ? undefined : pathBetween(name.text, reader, definitions);
  const related = (names: readonly string[]): Diagnostic['related'] =>
    names.flatMap((text) => {
      const place = definitions.get(text);
      return place ? [{ message: `\`${text}\` is defined here`, span: place.name.span }] : [];
    });
  if (!path) return nameDiagnostics['before-definition']({ span: name.span, args: [name.text], related: related([name.text]) });
  // Names mean other things in other bodies, places do not.
  const key = [name.span.source.name, ...path.map((text) => String(definitions.get(text)?.name.span.start)).toSorted()].join(' ');
  if (cycles.seen.has(key)) return 'known';
  cycles.seen.add(key);
  return nameDiagnostics.cycle({ span: name.span, args: [path.slice(0, SHOWN_NAMES), path.length], related: related(path.slice(0, SHOWN_NAMES)), help: 'a definition can only read what stands before it' });
}

/** A shortest chain of readings from `from` to `to`, both included; one name if they are the same. */
function pathBetween(from: string, to: string, definitions: ReadonlyMap<string, Written>): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const at of cameFrom.keys()) {
    if (at === to) {
      const path: string[] = [];
      for (let step: string | undefined = at; step !== undefined; step = cameFrom.get(step)) path.unshift(step);
      return path;
    }
    const definition = definitions.get(at);
    // A Map is iterated in order of insertion, also of what is added meanwhile: breadth first.
    for (const read of definition ? namesIn(definition.value) : []) {
      if (!cameFrom.has(read) && definitions.has(read)) cameFrom.set(read, at);
    }
  }
  return undefined;
}
