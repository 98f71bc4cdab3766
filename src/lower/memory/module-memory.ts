// Where the values of a module's programs lie: whole values, and for each shard a part with the values that its tasks
// alone touch.
//
//   [whole values] [part of shard 0] [part of shard 1] ... [constants]

import { present } from '../../base/invariant.ts';
import type { SlotName } from '../nests/placed-nest.ts';
import type { PlannedProgram } from '../program/planned-program.ts';
import { livesOf, ownName } from './lives.ts';
import { placeOf, planMemory, type Life } from './memory-plan.ts';

export interface Place {
  /** In elements from the start of memory. */
  readonly first: number;
  /** Elements from the part of one shard to that of the next, for what lies in parts. */
  readonly partStride?: number;
}

export interface ModuleMemory {
  /** By program and home. */
  readonly placeOf: (program: string, home: SlotName) => Place;
  /** First element after all places. */
  readonly elements: number;
}

/** The name of all parts together. */
const parts = 'parts of shards';

export function planModuleMemory(programs: readonly PlannedProgram[]): ModuleMemory {
  const lives = programs.flatMap(livesOf);
  const shards = Math.max(1, ...programs.map(({ request: { division } }) => (division.kind === 'shards' ? division.shards : 1)));
  const part = planMemory(lives.filter(({ inParts }) => inParts), 0);
  // Leaves are of several programs.
  const whole = new Map<string, Life>(lives.filter(({ inParts }) => !inParts).map((life) => [life.name, life]));
  const all: Life = { name: parts, size: shards * part.elements, program: '', first: -Infinity, last: Infinity, padding: undefined };
  const plan = planMemory([...whole.values(), ...(part.elements > 0 ? [all] : [])], 0);
  const places = new Map<string, Place>();
  for (const { program, home, name, inParts } of lives) {
    places.set(ownName(program, home), inParts ? { first: placeOf(plan, parts) + placeOf(part, name), partStride: part.elements } : { first: placeOf(plan, name) });
  }
  return { placeOf: (program, home) => present(places.get(ownName(program, home)), `place of ${home}`), elements: plan.elements };
}
