// The faults of a program as they are found. A block that is used often has its faults as often: one that is the same
// in several uses is told once, with the first of them.

import type { Diagnostic, RelatedPlace } from '../base/diagnostic.ts';
import { advice } from './advice.ts';
import { reportTo } from './diagnostics.ts';
import type { Report } from './diagnostics.ts';
import { placesOf } from './elaborate/trail.ts';
import type { Trail } from './elaborate/trail.ts';

/** Uses shown of one fault: their places altogether. */
const MOST_PLACES = 6;

export interface FaultList {
  /** Of what is in no block and no `repeat`. */
  readonly report: Report;
  readonly reportWithin: (trail: Trail | undefined) => Report;
  /** In the order they were found. */
  readonly faults: () => readonly Diagnostic[];
}

export function faultList(): FaultList {
  const found = new Map<string, Diagnostic>();
  let plain = 0;
  const given = advice();
  const report = reportTo((diagnostic) => void found.set(`#${plain++}`, diagnostic), given);
  return {
    report,
    reportWithin: (trail) => (trail ? reportTo((diagnostic) => void found.set(keyOf(diagnostic), withUse(diagnostic, trail, found.get(keyOf(diagnostic)))), given) : report),
    faults: () => [...found.values()],
  };
}

function keyOf({ code, message, span }: Diagnostic): string {
  return `${span?.source.name}:${span?.start}-${span?.end} ${code} ${message}`;
}

function withUse(diagnostic: Diagnostic, trail: Trail, before: Diagnostic | undefined): Diagnostic {
  const related = [...(before ?? diagnostic).related];
  // Of a use that is told already, as of the next turn, nothing is new.
  const isNew = ({ span }: RelatedPlace): boolean => !related.some((place) => place.span.source === span.source && place.span.start === span.start && place.span.end === span.end);
  related.push(...placesOf(trail).filter(isNew));
  return { ...diagnostic, related: before ? related.slice(0, Math.max(before.related.length, MOST_PLACES)) : related };
}
