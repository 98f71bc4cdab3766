// Which layer went wrong first when numbers are no longer finite. Training is exactly repeatable, so the steps
// since the last checkpoint are run once more, one by one, with a look at the parameters after each.

import { fail } from '../../base/diagnostic.ts';
import { invariant, present } from '../../base/invariant.ts';
import type { SampleSource } from '../../base/samples.ts';
import { sizeOf, tensor } from '../../base/tensor.ts';
import type { Tensor } from '../../base/tensor.ts';
import { trainingDiagnostics } from '../../engine/diagnostics.ts';
import { withSamples } from '../../engine/sample-reader.ts';
import { evaluate } from '../../ir/evaluate.ts';
import { isLeaf } from '../../ir/leaf.ts';
import { onlyInput, onlyOutput } from '../../ir/network.ts';
import type { Model } from '../../ir/network.ts';
import type { F64Tensor } from '../../ir/op.ts';
import { ops } from '../../ops/index.ts';
import { cropAt, cropImage } from '../../train/augment.ts';
import { evaluationGraph } from '../../train/evaluation-graph.ts';
import { gradientPoints } from '../../train/gradient-points.ts';
import { positionOf } from '../../train/plan.ts';
import { taskOf } from '../../train/tasks/index.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Run } from './run-context.ts';
import { cropsOf, epochPass, evaluateOn, samplesOf } from './epoch.ts';
import type { EpochPass } from './epoch.ts';
import { betweenSteps, leaveOutZeros } from './moments.ts';

/** The first parameter, in the order of the layers, that holds NaN or an infinity. */
export function firstNotFinite({ network }: Model, tensors: ReadonlyMap<string, Tensor>): string | undefined {
  return network.parameters.find(({ name }) => tensors.get(name)?.data.some((value) => !Number.isFinite(value)))?.name;
}

/**
 * Whether the samples of the last step, whose loss was finite, still have a finite one after its update. Weights that
 * are finite and far too large show only so.
 */
export async function staysFinite(run: Run, phase: number, pass: EpochPass, stepInEpoch: number): Promise<boolean> {
  const { spec } = present(run.plan.phases[phase], 'phase');
  const { loss } = await evaluateOn(run, phase, 'training', samplesOf(pass, spec, stepInEpoch));
  return Number.isFinite(loss);
}

/**
 * Reports `train/diverged`. The checkpoint in the folder stays.
 * @param seen The step by the end of which it was noticed.
 */
export async function failDiverged(run: Run, seen: number): Promise<never> {
  const { engine, plan, model, folder } = run;
  const { checkpoint, tensors } = readCheckpoint(folder.path);
  const { spec } = present(plan.phases[checkpoint.phase], 'phase');
  await engine.enter(checkpoint.phase, run.phases[checkpoint.phase]?.groups);
  engine.write(tensors);
  const held = engine.read();
  await leaveOutZeros(run, checkpoint.phase, held);
  const report = (step: number, where: string): never => {
    const { rate } = positionOf(plan, step);
    const help = `lower the rate (it is ${rate} there); the checkpoint before it, at step ${checkpoint.step}, is kept in ${folder.path}`;
    return fail(trainingDiagnostics.diverged({ args: [step, spec.name, where], help }));
  };

  let pass: EpochPass | undefined;
  for (let step = checkpoint.step; step < seen; step++) {
    const { epoch, stepInEpoch } = positionOf(plan, step);
    const before = engine.read(held);
    if (stepInEpoch === 0 || !pass) pass = epochPass(run, checkpoint.phase, epoch);
    const { diverged } = await engine.run({ ...pass, from: stepInEpoch, to: stepInEpoch + 1 });
    const samples = samplesOf(pass, spec, stepInEpoch);
    if (diverged) {
      const points = gradientPoints(model.network, spec.optimizer, before, ops);
      report(step, `${firstOverflow(run, points, samples, cropsOf(pass, spec, stepInEpoch))} went non-finite in the forward pass`);
    }
    betweenSteps(run, checkpoint.phase, step + 1, held);
    const parameter = firstNotFinite(model, engine.read(held));
    if (parameter !== undefined) {
      const layer = present(model.network.parameters.find(({ name }) => name === parameter), parameter).layer;
      report(step, `layer ${layer} went non-finite first (${parameter})`);
    }
    if (step === seen - 1) report(step, `${firstOverflow(run, held, samples)} goes non-finite in the forward pass after its update`);
  }
  invariant(false, 'training diverged before its first step');
}

/**
 * The first layer whose values for one of the samples f32 cannot hold, by the float64 reference, or the loss: squares
 * may be too large where no answer is.
 * @param crops How the samples are changed.
 */
function firstOverflow(run: Run, parameters: ReadonlyMap<string, Tensor>, samples: Uint32Array, crops?: Int32Array): string {
  const size = sizeOf(onlyInput(run.model.network).shape);
  return withSamples(run.data.shared.training.samples, size, 'any', (source) => firstOverflowOf(source, run, parameters, samples, crops));
}

function firstOverflowOf({ held, locate }: SampleSource, { model: { network }, data, spec }: Run, parameters: ReadonlyMap<string, Tensor>, samples: Uint32Array, crops: Int32Array | undefined): string {
  const task = taskOf(spec);
  const graph = evaluationGraph(network, { samples: 1, shards: 1 }, ops, task.name);
  const loss = present(graph.outputs.find(({ name }) => name === 'loss'), 'loss').value.node;
  const labelShape = task.labelShape(onlyOutput(network).shape);
  const labelSize = sizeOf(labelShape);
  const { shape } = onlyInput(network);
  const size = sizeOf(shape);
  const { labels } = data.shared.training;
  const scale = held instanceof Uint8Array ? 1 / 255 : 1;
  const fixed: [string, F64Tensor][] = [...parameters].map(([name, { shape, data: values }]) => [name, tensor(shape, Float64Array.from(values))]);
  const [, rows = 1, columns = 1] = shape;
  for (const [i, sample] of samples.entries()) {
    const from = locate(sample);
    const image = held.subarray(from, from + size);
    const shown = crops ? image.slice() : image;
    if (crops) cropImage(image, shown, rows, columns, cropAt(crops, i));
    const values = Float64Array.from(shown, (value) => value * scale);
    const feeds = new Map<string, F64Tensor>([
      ...fixed,
      ['sample', tensor([1, ...shape], values)],
      ['label', tensor([1, ...labelShape], Float64Array.from(labels.subarray(sample * labelSize, (sample + 1) * labelSize)))],
      ['sample-weight', tensor([1], Float64Array.of(1))],
    ]);
    const { values: valueOf } = evaluate(graph, ops, feeds);
    for (const node of graph.nodes) {
      if (isLeaf(node)) continue;
      const overflows = node.results.some((_, result) => valueOf({ node: node.id, result }).data.some((value) => !Number.isFinite(Math.fround(value))));
      if (overflows) return node.id === loss ? 'the loss' : layerText(node.layer);
    }
  }
  return layerText();
}

function layerText(layer = 'at the output'): string {
  return `layer ${layer}`;
}
