// Counter-based randomness: a draw is a pure function of (seed, stream, index), so it depends neither on
// threads nor on order, and a resumed run draws what the interrupted one would have drawn. The mixer is
// the 32-bit finaliser of MurmurHash3 (Appleby, public domain), applied between words; the nest IR's
// `random` expression is the same function.

/** One round of the 32-bit finaliser: every input bit flips every output bit with probability near 1/2. */
export function mix32(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** 32 random bits (signed) of counter `(a, b, c)` under `seed`. */
export function hash32(seed: number, a: number, b = 0, c = 0): number {
  return mix32(mix32(mix32(mix32(seed ^ 0x9e3779b9) + (a | 0)) + (b | 0)) + (c | 0));
}

/** A stream number for a name, so that layers draw independently of their order. */
export function streamOf(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return mix32(h);
}

/** Draws of one stream, by index. */
export interface Stream {
  /** Uniform in [0, 1) with 24 bits. */
  readonly uniform: (index: number) => number;
  /** Standard normal (Box-Muller on two draws). */
  readonly normal: (index: number) => number;
}

export function stream(seed: number, name: string): Stream {
  const id = streamOf(name);
  const uniform = (index: number, part = 0): number => (hash32(seed, id, index, part) >>> 8) / 2 ** 24;
  return {
    uniform: (index) => uniform(index),
    normal: (index) => Math.sqrt(-2 * Math.log(1 - uniform(index))) * Math.cos(2 * Math.PI * uniform(index, 1)),
  };
}

/** A permutation of 0..count-1 (Fisher-Yates) for one epoch. */
export function permutation(seed: number, name: string, epoch: number, count: number): Uint32Array {
  const id = streamOf(name);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(((hash32(seed, id, epoch, i) >>> 0) / 2 ** 32) * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
  return order;
}
