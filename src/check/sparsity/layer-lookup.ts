// The layers that patterns of penalties stand for, and those that have a structure. A file may set thousands of
// patterns against thousands of layers, so looking is counted, and ends.

import type { Structure, StructureKind } from '../../ir/structure.ts';
import { globOf, isPlain } from './glob.ts';
import type { Layer } from '../network/layer.ts';

export interface LayerLookup {
  /** In the order of the network; undefined: the file has asked for more than is looked up. */
  readonly matching: (pattern: string) => readonly Layer[] | undefined;
  /** Names of layers that can do without groups of it. */
  readonly having: (structure: Structure) => readonly string[];
}

/** Steps of about a microsecond: names looked at, characters compared in sixteens, layers found. */
const MOST_WORK = 400_000;

/** @param mayLose Whether a layer that has a structure can do without groups of it. */
export function layerLookup(layers: ReadonlyMap<string, Layer>, mayLose: (layer: Layer, structure: Structure) => boolean): LayerLookup {
  let work = 0;
  const having = new Map<StructureKind, readonly string[]>();
  const search = (pattern: string): readonly Layer[] | undefined => {
    const glob = globOf(pattern);
    const found: Layer[] = [];
    work += layers.size / 16;
    for (const layer of layers.values()) {
      if (work > MOST_WORK) return undefined;
      if (!glob.mayMatch(layer.name)) continue;
      work += glob.costOf(layer.name) / 16;
      if (glob.matches(layer.name)) found.push(layer);
    }
    return found;
  };
  return {
    matching: (pattern) => {
      const layer = layers.get(pattern);
      const found = !isPlain(pattern) ? search(pattern) : layer ? [layer] : [];
      work += 1 + (found?.length ?? 0);
      return work > MOST_WORK ? undefined : found;
    },
    having: (structure) => {
      const known = having.get(structure.name) ?? [...layers.values()].filter((layer) => hasStructure(layer, structure.name) && mayLose(layer, structure)).map(({ name }) => name);
      having.set(structure.name, known);
      return known;
    },
  };
}

export function hasStructure(layer: Layer, structure: StructureKind): boolean {
  return layer.checked?.structures.some(({ name }) => name === structure) ?? false;
}
