// What is said where a program is too large written out.

import type { Span } from '../base/span.ts';
import { MOST_LAYERS } from './budget.ts';
import type { Excess } from './budget.ts';
import { sizeDiagnostics } from './diagnostics.ts';
import type { Extent } from './least.ts';
import type { Scope } from './scope.ts';

const excesses: Readonly<Record<Excess, readonly [message: string, help: string]>> = {
  calls: ['the network has too many layers', 'blocks and `repeat` within one another multiply: repeat less often'],
  work: ['the network takes too long to write out', 'blocks and `repeat` within one another multiply: repeat less often, or use fewer blocks in one another'],
  names: ['the names of the layers are too long once they are written out', 'names of blocks and layers are part of the names of all layers within: give shorter ones'],
  depth: ['blocks, bodies and expressions lie too deep within one another here', 'use fewer blocks within one another'],
};
const most = MOST_LAYERS.toLocaleString('en-US');

/** Told once, at the innermost place. */
export function checkBudget(span: Span, scope: Scope): void {
  refuse(span, `more than ${most} layers once it is written out`, scope);
}

/** Whether what comes to at least `extent` may be written out. */
export function affords(extent: Extent, span: Span, scope: Scope): boolean {
  if (scope.elaboration.budget.affords(extent)) return true;
  const layers = scope.elaboration.budget.layers() + extent.layers;
  refuse(span, `at least ${layers.toLocaleString('en-US')} layers up to here, at most ${most} are accepted`, scope);
  return false;
}

function refuse(span: Span, layers: string, { elaboration, report }: Scope): void {
  const excess = elaboration.budget.excess();
  if (excess === undefined || elaboration.refused) return;
  elaboration.refused = true;
  const [message, help] = excesses[excess];
  report(sizeDiagnostics.expansion({ span, args: [excess === 'calls' ? `the network has ${layers}` : message], help }));
}
