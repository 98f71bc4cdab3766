// Every op, run as the engine of TensorFlow.js runs it, against its float64 reference.

import { expect, test } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { graphRunner } from '../../src/engine/tfjs/graph-runner.ts';
import { ofNumbers } from '../../src/engine/tfjs/values.ts';
import { graphBuilder } from '../../src/ir/builder.ts';
import { ops } from '../../src/ops/index.ts';
import { draw, relativeDifference } from '../ops/support.ts';
import { ofEngine, tf } from './tfjs.ts';

const computed = [...ops.values()].filter(({ lowering }) => lowering.kind !== 'leaf').map(({ name }) => name);

test.each(computed)('%s', (name) => {
  const op = present(ops.get(name), name);
  for (let seed = 0; seed < 30; seed++) {
    const { attrs, inputs, operands, batch } = draw(op, seed);
    const builder = graphBuilder('op', batch, ops);
    const results = builder.add(name, inputs.map((shape, i) => builder.parameter(`operand${i}`, shape)), attrs, { layer: 'layer' });
    for (const [i, value] of results.entries()) builder.output(`result${i}`, value);
    const run = graphRunner(ofEngine, builder.finish(), ops);
    // As f32 has them.
    const rounded = operands.map(({ shape, data }) => ({ shape, data: Float64Array.from(data, Math.fround) }));
    const expected = op.reference(attrs, rounded, batch);
    tf.tidy(() => {
      const { outputs } = run(new Map(rounded.map((value, i) => [`operand${i}`, ofNumbers(ofEngine, value)])));
      for (const [i, { shape, data }] of expected.entries()) {
        const found = present(outputs.get(`result${i}`), `result ${i}`);
        expect(found.tensor().shape).toEqual(shape);
        const difference = relativeDifference(found.numbers().data, data);
        expect(difference, `${name} ${seed} ${JSON.stringify(attrs)} ${JSON.stringify(inputs)}`).toBeLessThan(2e-5);
      }
    });
  }
});
