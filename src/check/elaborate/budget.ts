// How far a program is expanded: blocks and `repeat` make a long network of a short file, and ten of them within one
// another would make one that no memory holds. What each comes to at least is known before it is expanded (least.ts);
// what depends on more is counted as it is, and refusing it takes no longer than the largest network that is accepted.

export interface Extent {
  /** Calls of operations that take place. */
  readonly layers: number;
  /** Expressions looked at. */
  readonly work: number;
}

/** Calls of operations that take place. */
export const MOST_LAYERS = 20_000;
/** Expressions looked at. */
export const MOST_WORK = 400_000;
/** Of all names of layers together. */
const MOST_CHARACTERS = 2 ** 22;
/** Expressions, blocks and bodies within one another. */
const MOST_DEPTH = 400;

export type Excess = 'calls' | 'work' | 'names' | 'depth';

export interface Budget {
  /** Whether nothing has been too much so far. */
  readonly left: () => boolean;
  /** Counts one expression. Answers as {@link left}. */
  readonly spend: () => boolean;
  /** Counts a layer. */
  readonly name: (path: string) => void;
  /** Does work one level further in; undefined where that is too deep, or too much has been spent. */
  readonly deeper: <T>(work: () => T) => T | undefined;
  /** Layers so far. */
  readonly layers: () => number;
  /** Whether what has been counted, and this, is not too much. */
  readonly affords: (extent: Extent) => boolean;
  readonly excess: () => Excess | undefined;
}

export function budget(): Budget {
  let [layers, expressions, characters, depth] = [0, 0, 0, 0];
  let excess: Excess | undefined;
  const left = (): boolean => excess === undefined;
  return {
    left,
    layers: () => layers,
    spend: () => {
      if (++expressions > MOST_WORK) excess ??= 'work';
      return left();
    },
    name: (path) => {
      characters += path.length;
      if (++layers > MOST_LAYERS) excess ??= 'calls';
      else if (characters > MOST_CHARACTERS) excess ??= 'names';
    },
    deeper: (work) => {
      if (depth >= MOST_DEPTH) excess ??= 'depth';
      if (!left()) return undefined;
      depth++;
      const result = work();
      depth--;
      return result;
    },
    affords: (extent) => {
      if (layers + extent.layers > MOST_LAYERS) excess ??= 'calls';
      else if (expressions + extent.work > MOST_WORK) excess ??= 'work';
      return left();
    },
    excess: () => excess,
  };
}
