// What is said where a program is too large written out.

import { grouped } from '../../base/number-text.ts';
import type { Span } from '../../base/span.ts';
import { MOST_LAYERS } from './budget.ts';
import type { Excess } from './budget.ts';
import type { Least } from './fixed.ts';
import { sizeDiagnostics } from '../diagnostics.ts';
import type { Scope } from './scope.ts';

const excesses: Readonly<Record<Exclude<Excess, 'calls'>, readonly [message: string, help: string]>> = {
  work: ['the network takes too long to write out', 'blocks and `repeat` within one another multiply: repeat less often, or use fewer blocks in one another'],
  names: ['the names of the layers are too long once they are written out', 'names of blocks and layers are part of the names of all layers within: give shorter ones'],
  depth: ['blocks, bodies and expressions lie too deep within one another here', 'use fewer blocks within one another'],
};

/** Nobody reads a longer number. */
const MOST_SAID = 1e15;

/** Told once, at the innermost place. */
export function checkBudget(span: Span, scope: Scope): void {
  if (!scope.elaboration.budget.left()) refuse(span, MOST_LAYERS + 1, scope);
}

/** Writes out what comes to at least that, if there is room for it; what is foreseen exactly is not looked at again within. */
export function writeOut<T>(least: () => Least, span: Span, scope: Scope, write: () => T): T | undefined {
  const { elaboration } = scope;
  if (elaboration.foreseen) return write();
  const foreseen = least();
  if (!elaboration.budget.affords(foreseen)) {
    refuse(span, elaboration.budget.layers() + foreseen.layers, scope);
    return undefined;
  }
  elaboration.foreseen = foreseen.exact;
  const written = write();
  elaboration.foreseen = false;
  return written;
}

/** @param layers That there are at least. */
function refuse(span: Span, layers: number, { elaboration, report }: Scope): void {
  const excess = elaboration.budget.excess();
  if (excess === undefined || elaboration.refused) return;
  elaboration.refused = true;
  const [message, help] = excess === 'calls' ? tooMany(layers) : excesses[excess];
  report(sizeDiagnostics.expansion({ span, args: [message], help }));
}

function tooMany(layers: number): readonly [message: string, help: string] {
  const [found, most] = [Math.min(layers, MOST_SAID), MOST_LAYERS].map(grouped);
  return [`the network has at least ${found} layers up to here, at most ${most} are accepted`, 'blocks and `repeat` within one another multiply: repeat less often'];
}
