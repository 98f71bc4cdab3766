// Rounds of a phase that prunes: parts of whole epochs that differ by one at most. Each leaves fewer groups than the one
// before, and takes the schedule of the rate from its beginning. Round i of n leaves
//
//   total - (total - budget) * i / n
//
// groups, rounded to the nearest number, halves up.

export interface Round {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** Epochs of the phase before it. */
  readonly from: number;
  /** Its own. */
  readonly epochs: number;
}

/**
 * The round that an epoch is in.
 * @param rounds Of a phase of so many epochs; no more than these count.
 * @param epoch From 0.
 */
export function roundAt(rounds: number, epochs: number, epoch: number): Round {
  const of = Math.max(1, Math.min(rounds, epochs));
  const begins = (number: number): number => Math.floor((epochs * (number - 1)) / of);
  const number = epochs === 0 ? 1 : Math.ceil(((epoch + 1) * of) / epochs);
  return { number, of, from: begins(number), epochs: begins(number + 1) - begins(number) };
}

/** How many of `total` groups a round leaves, of which `budget` stay in the end. */
export function keptAfter({ number, of }: Pick<Round, 'number' | 'of'>, total: number, budget: number): number {
  return Math.floor(total - (total - budget) * (number / of) + 0.5);
}
