// Checks that a graph is one: run between passes in tests and under `SSL_DEBUG`. What it finds is always a
// bug of the pass named.

import { InternalError } from '../base/invariant.ts';
import { formatShape, sameShape } from '../base/tensor.ts';
import type { Shape } from '../base/tensor.ts';
import { attributeFault } from './attributes.ts';
import { valueKey } from './graph.ts';
import type { Graph, Node, Value } from './graph.ts';
import { fedName } from './leaf.ts';
import type { OpRegistry } from './op.ts';
import { ShapeError } from './op.ts';

/**
 * Topological order, unique ids and names, value references, known ops, recorded shapes equal to inferred
 * ones, state between a fed leaf and a value of its shape.
 * @param after The pass that made the graph.
 * @throws InternalError naming the pass and the node.
 */
export function verifyGraph(graph: Graph, ops: OpRegistry, after: string): void {
  const reject = (where: string, why: string): never => {
    throw new InternalError(`graph "${graph.name}" after ${after}: ${where}: ${why}`);
  };
  const { samples, shards } = graph.batch;
  if (!isCount(samples) || !isCount(shards) || samples % shards !== 0) reject('batch', `${samples} samples in ${shards} shards`);

  const shapes = new Map<string, Shape>();
  const byId = new Map<number, Node>();
  const fed = new Set<string>();
  const shapeAt = (value: Value, where: string): Shape =>
    shapes.get(valueKey(value)) ?? reject(where, `reads %${valueKey(value)}, which is not defined before it`);

  for (const node of graph.nodes) {
    const where = `%${node.id} = ${node.op}${node.layer === undefined ? '' : ` "${node.layer}"`}`;
    if (!Number.isInteger(node.id) || node.id < 0) reject(where, 'ids are integers from 0');
    if (byId.has(node.id)) reject(where, 'the id is taken');
    byId.set(node.id, node);
    const name = fedName(node);
    if (name !== undefined && fed.has(name)) reject(where, `the name "${name}" is taken`);
    if (name !== undefined) fed.add(name);

    const inputs = node.inputs.map((value) => shapeAt(value, where));
    const inferred = inferredShapes(node, inputs, graph, ops, (why) => reject(where, why));
    const agree = inferred.length === node.results.length && inferred.every((shape, r) => sameShape(shape, node.results[r] ?? []));
    if (!agree) reject(where, `records ${formatShapes(node.results)}, inferred ${formatShapes(inferred)}`);
    for (const [result, shape] of node.results.entries()) shapes.set(valueKey({ node: node.id, result }), shape);
  }

  const outputs = new Set<string>();
  for (const output of graph.outputs) {
    const where = `output "${output.name}"`;
    if (outputs.has(output.name)) reject(where, 'the name is taken');
    outputs.add(output.name);
    shapeAt(output.value, where);
  }

  const held = new Set<string>();
  for (const pair of graph.state) {
    const where = `state %${valueKey(pair.input)}`;
    const from = shapeAt(pair.input, where);
    const to = shapeAt(pair.output, where);
    const leaf = byId.get(pair.input.node);
    if (!leaf || fedName(leaf) === undefined) reject(where, 'is no input or parameter');
    if (held.has(valueKey(pair.input))) reject(where, 'is written twice');
    held.add(valueKey(pair.input));
    if (!sameShape(from, to)) reject(where, `${formatShape(from)} is replaced by ${formatShape(to)}`);
  }
}

function inferredShapes(node: Node, inputs: readonly Shape[], graph: Graph, ops: OpRegistry, reject: (why: string) => never): readonly Shape[] {
  const op = ops.get(node.op) ?? reject('unknown op');
  const fault = attributeFault(op.attributes, node.attrs);
  if (fault !== undefined) reject(fault);
  try {
    return op.infer(node.attrs, inputs, graph.batch);
  } catch (error) {
    if (error instanceof ShapeError) return reject(error.message);
    throw error;
  }
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 1;
}

function formatShapes(shapes: readonly Shape[]): string {
  return shapes.map(formatShape).join(', ');
}
