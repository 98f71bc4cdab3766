// The network that is left where masks hold groups at zero: what is zero for good in every step need not be computed in any.
// Channels go where all that could make them other than zero is masked (weights, bias, batch norm behind them), or where nobody
// reads them, whatever the values of what is not masked: these are NaN in the analysis, which stands for "varies" there. Taps stay,
// since no gradient is known of a convolution without some.

import { present } from '../base/invariant.ts';
import { sizeOf } from '../base/tensor.ts';
import type { ParameterData, Program } from '../ir/graph.ts';
import type { Network } from '../ir/network.ts';
import type { OpRegistry } from '../ir/op.ts';
import { cutTo, isWhole } from '../passes/eliminate.ts';
import type { KeptByNode } from '../passes/eliminate.ts';
import { flagsOf } from '../sparsity/kept-channels.ts';
import { wholeChannels } from '../sparsity/kept-weights.ts';
import { findRemoval } from '../sparsity/removal.ts';
import type { Removal } from '../sparsity/removal.ts';
import { maskName } from './masks.ts';

/** A network and how its parameters lie in those of the one that it was cut from. */
export interface Cut {
  readonly network: Network;
  /** By parameter that is left: where each of its elements lies in the whole one, row-major. */
  readonly sources: ReadonlyMap<string, Int32Array>;
}

/**
 * Undefined where nothing can go.
 * @param tensors Masks among others, by name, row-major in logical layout: 0 where a parameter and its buffers are zero for good.
 */
export function cutNetwork(network: Network, tensors: ReadonlyMap<string, { readonly data: ArrayLike<number> }>, ops: OpRegistry): Cut | undefined {
  const maskOf = (name: string): ArrayLike<number> => tensors.get(maskName(name))?.data ?? [];
  if (network.parameters.every(({ name }) => !Array.prototype.includes.call(maskOf(name), 0))) return undefined;
  const programOf = (fill: (data: Float64Array, name: string) => void): Program => {
    const parameters = network.parameters.map(({ name, shape }): [string, ParameterData] => {
      const data = new Float64Array(sizeOf(shape));
      fill(data, name);
      return [name, { shape, data }];
    });
    return { graph: network.graph, parameters: new Map(parameters) };
  };
  const varying = programOf((data, name) => {
    const mask = maskOf(name);
    for (let i = 0; i < data.length; i++) data[i] = mask[i] === 0 ? 0 : NaN;
  });
  // Where each element lies is asked for late: of a large network it takes as much memory as its weights.
  const places = (): Program => programOf((data) => {
    for (let i = 0; i < data.length; i++) data[i] = i;
  });
  const left = cutAll(varying, places, ops);
  if (!left) return undefined;
  const parameters = network.parameters.flatMap((parameter) => {
    const found = left.parameters.get(parameter.name);
    return found ? [{ ...parameter, shape: found.shape }] : [];
  });
  return { network: { ...network, graph: left.graph, parameters }, sources: new Map(parameters.map(({ name }) => [name, Int32Array.from(present(left.parameters.get(name), name).data)])) };
}

/** @param places The same graph, whose parameters hold where each element lies. */
function cutAll(varying: Program, places: () => Program, ops: OpRegistry): Program | undefined {
  const trainable = new Set(varying.graph.nodes.map(({ op }) => op));
  let left: Program | undefined;
  for (let values = varying; ; ) {
    const removal = findRemoval(values, ops);
    const kept = keptOf(removal);
    if (isWhole(removal, kept)) return left;
    const next = cutTo(left ?? places(), removal, kept, ops);
    // What stands in for a convolution of unequal parts has no gradient.
    if (next.graph.nodes.some(({ op }) => !trainable.has(op))) return left;
    values = cutTo(values, removal, kept, ops);
    left = next;
  }
}

function keptOf({ weights, kept }: Removal): KeptByNode {
  return new Map([...weights].map(([id, use]) => {
    const operand = present(use.node.inputs[use.matrices.operand], 'operand');
    return [id, wholeChannels(use, flagsOf(kept, { node: id, result: 0 }), flagsOf(kept, operand))];
  }));
}
