// A dense layer that reads only the inputs it was left, where others still need the rest:
//
//   result[n, o] = bias[o] + sum over t of input[n, taps[t]] * weight[o, t]

import type { Op } from '../../ir/op.ts';
import type { WeightMatrices } from '../../ir/pruning-rules.ts';
import { flag, number, numbers } from '../../ir/attributes.ts';
import type { AttrsOf } from '../../ir/attributes.ts';
import { defineOp } from '../../ir/op.ts';
import { invariant } from '../../base/invariant.ts';
import { along, constant, input, load, looked, mul } from '../../ir/nest.ts';
import { denseNest, denseReference } from '../support/dense.ts';
import { constantRows } from '../support/matrices.ts';
import { gatherColumns } from '../support/gather-columns.ts';
import { batchAxis, lowered, nestName, parallel, storeNest } from '../support/nests.ts';
import { nests, undifferentiated } from '../support/parts.ts';
import { between, sampleBatch } from '../support/sampling.ts';
import { expectCount, expectParameter, flatShape, operand } from '../support/shapes.ts';

const attributes = { units: number, taps: numbers, bias: flag };
type Attributes = AttrsOf<typeof attributes>;

function matrices(attrs: Attributes): WeightMatrices {
  return { operand: 0, weight: 1, ...(attrs.bias && { bias: 2 }), parts: [{ rows: attrs.units, channels: attrs.taps }] };
}

export const tapDense: Op = defineOp(attributes)({
  name: 'tap_dense',
  doc: 'Dense layer over the inputs that are left.',
  infer: (attrs, inputs) => {
    const { bias } = attrs;
    expectCount(inputs, 'tap_dense', bias ? 3 : 2);
    const [samples, features] = flatShape(operand(inputs, 0), 'tap_dense');
    const { units, taps } = attrs;
    invariant(taps.every((tap) => tap >= 0 && tap < features), 'a tap outside the input');
    expectParameter(operand(inputs, 1), [units, taps.length], 'the weight of tap_dense');
    if (bias) expectParameter(operand(inputs, 2), [units], 'the bias of tap_dense');
    return [[samples, units]];
  },
  reference: (attrs, inputs) => [denseReference(operand(inputs, 0), operand(inputs, 1), inputs[2], Int32Array.from(attrs.taps), attrs.units)],
  training: undifferentiated,
  pruning: {
    kind: 'weights',
    matrices,
    gather: (attrs, inputs, kept) => gatherColumns(attrs, flatShape(operand(inputs, 0), 'tap_dense')[1], matrices(attrs), attrs.taps, kept),
    constant: (attrs, [activation], known) => constantRows(matrices(attrs), known[1]?.data, attrs.bias ? known[2]?.data : 'none', activation, true),
  },
  lowering: nests((node, inputs) => {
    const [samples] = flatShape(operand(inputs, 0), 'tap_dense');
    const { units, taps, bias } = node.attrs;
    const name = nestName(node, 'tap_dense');
    if (taps.length === 0) return lowered([storeNest(name, [batchAxis(samples), parallel('o', units)], bias ? load(input(2), [along(1)]) : constant(0))]);
    return lowered([denseNest(name, samples, units, taps.length, mul(load(input(0), [along(0), looked(2, taps)]), load(input(1), [along(1), along(2)])), bias)]);
  }),
  macs: (attrs, inputs) => flatShape(operand(inputs, 0), 'tap_dense')[0] * attrs.units * attrs.taps.length,
  sample: (random) => {
    const [features, units] = [between(random, 1, 9), between(random, 1, 6)];
    const taps = Array.from({ length: features }, (_, i) => i).filter(() => random() < 0.5);
    const bias = random() < 0.7;
    const inputs = [[sampleBatch.samples, features], [units, taps.length]];
    return { attrs: { units, taps, bias }, inputs: bias ? [...inputs, [units]] : inputs, batch: sampleBatch };
  },
  bound: 'sums',
  tolerance: 4,
});
