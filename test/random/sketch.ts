// A recipe in the making: layers are added one by one, each to values whose shapes are known.

import { present } from '../../src/base/invariant.ts';
import type { Shape } from '../../src/base/tensor.ts';
import { sizeOf } from '../../src/base/tensor.ts';
import type { Attrs, AttrValue } from '../../src/ir/graph.ts';
import type { Op, OpRegistry } from '../../src/ir/op.ts';
import { batchOf, fit } from './build.ts';
import type { Draw } from './draw.ts';
import { inputName } from './recipe.ts';
import type { LayerRecipe } from './recipe.ts';

/** `small`: for exhaustive trials. `wide`: several vectors of channels, several tiles. */
export type Width = 'small' | 'wide';

export interface Sketch {
  readonly draw: Draw;
  readonly width: Width;
  readonly ops: OpRegistry;
  readonly layers: readonly LayerRecipe[];
  /** The input and the layers that others may read. */
  readonly values: readonly string[];
  readonly shapeOf: (value: string) => Shape;
  /** The shape that a layer would have; undefined where it does not fit its operands. */
  readonly resultOf: (op: string, operands: readonly string[], attrs: Attrs) => Shape | undefined;
  /** Adds a layer if it fits its operands and is not too large; answers its name. */
  readonly tryLayer: (op: string, operands: readonly string[], attrs: Attrs) => string | undefined;
  /** Adds a layer that is known to fit. */
  readonly layer: (op: string, operands: readonly string[], args?: Readonly<Record<string, AttrValue>>) => string;
}

const mostElements = { small: 5000, wide: 20_000 } as const;

export function sketchOf(input: Shape, draw: Draw, width: Width, ops: OpRegistry): Sketch {
  const batch = batchOf({ input });
  const layers: LayerRecipe[] = [];
  const shapes = new Map<string, Shape>([[inputName, input]]);
  const shapeOf = (value: string): Shape => present(shapes.get(value), value);
  const resultOf: Sketch['resultOf'] = (op, operands, attrs) => fit(present(ops.get(op), op), attrs, operands.map(shapeOf), batch)?.result;
  const add = (op: string, operands: readonly string[], attrs: Attrs, result: Shape): string => {
    const name = `${op}${layers.length}`;
    layers.push({ name, op, operands, attrs });
    shapes.set(name, result);
    return name;
  };
  return {
    draw,
    width,
    ops,
    layers,
    get values() {
      return [...shapes.keys()];
    },
    shapeOf,
    resultOf,
    tryLayer: (op, operands, attrs) => {
      const result = resultOf(op, operands, attrs);
      return result && sizeOf(result) <= mostElements[width] ? add(op, operands, attrs, result) : undefined;
    },
    layer: (op, operands, args = {}) => {
      const attrs = writtenAttrs(present(ops.get(op), op), args, operands.map(shapeOf));
      return add(op, operands, attrs, present(resultOf(op, operands, attrs), `${op} of ${operands.join(', ')}`));
    },
  };
}

/** The attributes of a layer as the language would write it: arguments left out have their defaults. */
function writtenAttrs({ name, syntax }: Op, given: Readonly<Record<string, AttrValue>>, operands: readonly Shape[]): Attrs {
  const args = new Map<string, AttrValue>();
  for (const { name: param, type, default: value } of present(syntax, `syntax of ${name}`).params) {
    const written = given[param] ?? (typeof value === 'object' ? args.get(value.sameAs) : value);
    args.set(param, typeof written === 'number' && (type === 'pair' || type === 'sides' || type === 'padding') ? [written, written] : typeof written === 'number' && type === 'shape' ? [written] : present(written, `argument ${param} of ${name}`));
  }
  return syntax?.attrs?.(args, operands) ?? Object.fromEntries(args);
}
