// Numbers that 32 bits do not hold, in a program whose weights they do hold: what passes have multiplied, what a map
// multiplies by, what a layer answers. A module would go on with infinities, and answer NaN.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { evaluate } from '../../ir/evaluate.ts';
import type { Node, Program } from '../../ir/graph.ts';
import { affineRule } from '../../ir/op.ts';
import type { F64Tensor, OpRegistry } from '../../ir/op.ts';
import { knownInputs, parameterNames } from '../../sparsity/constant-maps.ts';
import { randomInputs } from './random-input.ts';
import { fitDiagnostics } from '../weights/weight-diagnostics.ts';
import { placeIn } from '../weights/weight-numbers.ts';

const overflows = (value: number): boolean => !Number.isFinite(Math.fround(value));
const cureOfMap = 'it is the factor of a scale, or gamma / sqrt(variance + epsilon) of a batch norm: take a smaller factor or gamma, or a larger variance there';

/** @param before The program that a pass has made `after` of. @throws DiagnosticError `fit/folded` */
export function checkFolded(before: Program, after: Program): void {
  const faults: Diagnostic[] = [];
  for (const [name, { shape, data }] of after.parameters) {
    // What no pass has touched was judged when it was read.
    if (before.parameters.get(name)?.data === data) continue;
    const at = data.findIndex(overflows);
    if (at >= 0) faults.push(fitDiagnostics.folded({ args: [name, placeIn(shape, at), String(data[at])], help: cureOfMap }));
  }
  if (faults.length > 0) throw new DiagnosticError(faults);
}

/** Maps per channel that are left to kernels, which hold what they multiply by. @throws DiagnosticError `fit/scale` */
export function checkMaps(program: Program, ops: OpRegistry): void {
  const names = parameterNames(program);
  const faults: Diagnostic[] = [];
  for (const node of program.graph.nodes) {
    const affine = affineRule(present(ops.get(node.op), `op ${node.op}`))?.(node.attrs, knownInputs(node, program, names));
    const channel = affine?.scale.findIndex((scale, c) => overflows(scale) || overflows(affine.shift[c] ?? NaN)) ?? -1;
    if (affine && channel >= 0) faults.push(fitDiagnostics.scale({ args: [layerOf(node), channel, String(affine.scale[channel]), String(affine.shift[channel])], help: cureOfMap }));
  }
  if (faults.length > 0) throw new DiagnosticError(faults);
}

/** Multiply-adds of a sample beyond which it is not tried here: `verify` does. */
const mostMacs = 2e7;

/**
 * Tries one random input.
 * @param macs Of one sample.
 * @throws DiagnosticError `fit/answers`
 */
export function checkAnswers(program: Program, macs: number, ops: OpRegistry): void {
  if (macs > mostMacs) return;
  const { graph, parameters } = program;
  const { values } = evaluate(graph, ops, new Map<string, F64Tensor>([...parameters, ...randomInputs(graph, 1)]));
  for (const node of graph.nodes) {
    const wild = values({ node: node.id, result: 0 }).data.find(overflows);
    if (wild !== undefined) fail(fitDiagnostics.answers({ args: [layerOf(node), String(wild)], help: 'its weights, or those of the layers before it, are too large: take weights that a training in 32 bits has made' }));
  }
}

function layerOf({ layer, op }: Node): string {
  return layer ?? op;
}
