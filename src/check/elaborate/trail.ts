// How one came to a place inside a block or a `repeat`: from the network, use by use.

import type { RelatedPlace } from '../../base/diagnostic.ts';
import type { Span } from '../../base/span.ts';
import type { Wire } from './instance.ts';

export interface Trail {
  readonly outer: Trail | undefined;
  readonly span: Span;
  /** Said of the place. */
  readonly message: string;
  /** Of a turn: the value that it was given, and the one that the first turn was given. */
  readonly carried?: { readonly turn: number; readonly name: string; readonly first: Wire | undefined; readonly now: Wire | undefined };
}

/** Uses that are shown. */
const MOST_SHOWN = 5;

/** The innermost uses first; of many, the last that is shown is the one in the network. */
export function placesOf(trail: Trail | undefined): readonly RelatedPlace[] {
  const uses: Trail[] = [];
  for (let use = trail; use; use = use.outer) uses.push(use);
  const places = uses.map(({ message, span }) => ({ message, span }));
  const left = places.length - MOST_SHOWN;
  const last = places.at(-1);
  if (left <= 0 || !last) return places;
  return [...places.slice(0, MOST_SHOWN - 1), { ...last, message: `${last.message}, ${left} ${left === 1 ? 'use' : 'uses'} further out` }];
}
