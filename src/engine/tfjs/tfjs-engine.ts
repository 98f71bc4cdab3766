// Runs the phases of a training run on TensorFlow.js: the graphs that else become emitted code, node by node, on tensors in single
// precision. Its sums are taken in whatever order its kernels take them, so bits are its own.

import { invariant, present } from '../../base/invariant.ts';
import { sizeOf, tensor } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Graph } from '../../ir/graph.ts';
import { fedName, isParameter } from '../../ir/leaf.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { SampleOffsets } from '../../ir/tensor-binding.ts';
import type { Engine, EngineOptions, Progress } from '../engine.ts';
import { gatherer } from '../gather.ts';
import type { SamplePlaces } from '../gather.ts';
import { phaseGraphs } from '../phase-module.ts';
import { splitReaders } from '../sample-reader.ts';
import type { ProgramName } from '../thread.ts';
import { graphRunner } from './graph-runner.ts';
import type { GraphRunner } from './graph-runner.ts';
import type { Tensorflow, TfTensor } from './tensorflow.ts';
import { ofNumbers, ofTensor } from './values.ts';
import type { TfValue } from './values.ts';

interface TfjsPhase {
  readonly programs: Readonly<Record<ProgramName, GraphRunner>>;
  readonly places: SamplePlaces;
  /** A batch: samples, labels, weights. */
  readonly memory: Float32Array;
  /** Of the batch, by leaf. */
  readonly batch: ReadonlyMap<string, { readonly shape: Shape; readonly from: number; readonly to: number }>;
  /** What lives from step to step, by name. */
  readonly state: Map<string, TfTensor>;
}

/**
 * @param tf The user's package. Phases are entered whole, whatever their masks hold at zero: a cut network is an optimisation of the
 * emitted code.
 */
export function startTfjsEngine(tf: Tensorflow, { model, phases, data }: Pick<EngineOptions, 'model' | 'phases' | 'data'>, ops: OpRegistry): Engine {
  const readers = splitReaders(data);
  let current: TfjsPhase | undefined;
  let progress: Progress = { done: 0, loss: 0, correct: 0, batchLoss: 0 };
  let pausing = false;
  const phase = (): TfjsPhase => present(current, 'phase that was entered');
  const leave = (): void => {
    if (current) tf.dispose([...current.state.values()]);
    current = undefined;
  };
  const replace = (state: Map<string, TfTensor>, name: string, next: TfTensor): void => {
    state.get(name)?.dispose();
    state.set(name, next);
  };

  return {
    enter: async (index, groups) => {
      leave();
      const request = present(phases[index], `phase ${index}`);
      current = newPhase(tf, phaseGraphs(model, groups ? { ...request, groups } : request, ops), ops);
    },
    read: (into) => {
      const { state } = phase();
      return new Map([...state].map(([name, held]) => {
        const data = into?.get(name)?.data ?? new Float32Array(sizeOf(held.shape));
        data.set(held.dataSync());
        return [name, tensor(held.shape, data)];
      }));
    },
    write: (tensors) => {
      const { state } = phase();
      for (const [name, { shape }] of state) {
        const found = tensors.get(name);
        if (found) replace(state, name, tf.tensor(Float32Array.from(found.data), shape, 'float32'));
      }
    },
    run: async ({ program, split, from, to, firstStep, seed, order, scalars, crops, lossWeights, sums }) => {
      invariant(from < to, 'a pass has batches');
      const { programs, places, memory, batch: leaves, state } = phase();
      const reader = readers.of(split);
      const gather = gatherer(places, { labels: data[split].labels, order, count: order.length, crops, lossWeights }, memory, reader);
      const feedsOf = (batch: number): ReadonlyMap<string, TfValue> => {
        const numbers = [...(scalars ?? [])].map(([name, values]) => [name, values[batch] ?? NaN] as const);
        const given = [...numbers, ['strength', 1], ['step', firstStep + batch], ['seed', seed]] as const;
        return new Map<string, TfValue>([
          ...[...state].map(([name, held]) => [name, ofTensor(held, held.shape)] as const),
          ...[...leaves].map(([name, { shape, from: first, to: last }]) => [name, ofTensor(tf.tensor(memory.slice(first, last), shape, 'float32'), shape)] as const),
          ...given.map(([name, value]) => [name, ofNumbers(tf, tensor([], Float64Array.of(value)))] as const),
        ]);
      };
      pausing = false;
      progress = { ...progress, done: from, loss: sums?.loss ?? 0, correct: sums?.correct ?? 0 };
      let diverged = false;
      for (let batch = from; batch < to; batch++) {
        gather(batch, 0, places.samples);
        const { losses, correct: answers, next } = runOnce(tf, programs[program], () => feedsOf(batch));
        for (const [name, value] of next) replace(state, name, value);
        const loss = losses.reduce((sum, each) => sum + each, 0);
        // Right answers are counted, whatever they weigh.
        const correct = answers?.filter((each) => each !== 0).length ?? 0;
        progress = { done: batch + 1, loss: progress.loss + loss, correct: progress.correct + correct, batchLoss: loss / places.samples };
        diverged = program === 'step' && !Number.isFinite(loss);
        // Others wait for their turn: who shows progress, who wants to pause.
        await tf.nextFrame();
        if (diverged || (pausing && program === 'step')) break;
      }
      reader.check();
      return { ...progress, diverged };
    },
    progress: () => progress,
    pause: () => void (pausing = true),
    close: async () => {
      leave();
      readers.close();
    },
  };
}

interface Ran {
  /** By sample, like the next one. */
  readonly losses: Float64Array;
  /** Undefined: no sample is answered rightly or wrongly. */
  readonly correct: Float64Array | undefined;
  /** What state has become, by name. */
  readonly next: ReadonlyMap<string, TfTensor>;
}

/** Leaves nothing behind but the next state. */
function runOnce(tf: Tensorflow, program: GraphRunner, feeds: () => ReadonlyMap<string, TfValue>): Ran {
  let ran: Omit<Ran, 'next'> & { readonly names: readonly string[] } | undefined;
  const tensors = tf.tidy(() => {
    const { outputs, state } = program(feeds());
    ran = { losses: present(outputs.get('loss'), 'loss').numbers().data, correct: outputs.get('correct')?.numbers().data, names: [...state.keys()] };
    // What goes in and comes out again is two tensors.
    return [...state.values()].map((value) => tf.clone(value.tensor()));
  });
  const { losses, correct, names } = present(ran, 'what was run');
  return { losses, correct, next: new Map(names.map((name, i) => [name, present(tensors[i], name)])) };
}

/** Everything that lives from step to step is zero. */
function newPhase(tf: Tensorflow, graphs: Readonly<Record<ProgramName, Graph>>, ops: OpRegistry): TfjsPhase {
  const shapes = new Map([graphs.step, graphs.evaluate].flatMap((graph) => graph.nodes.flatMap((node) => (isParameter(node) ? [[present(fedName(node), 'name'), node.results[0] ?? []] as const] : []))));
  const { samples } = graphs.step.batch;
  let end = 0;
  const placed = (['sample', 'label', 'sample-weight'] as const).map((name) => {
    const [shape = []] = present(graphs.step.nodes.find((node) => fedName(node) === name), name).results;
    const from = end;
    end += sizeOf(shape);
    return { name, shape, from, to: end };
  });
  const offsetsOf = (at: number): SampleOffsets => {
    const { shape: [, ...shape], from } = present(placed[at], 'leaf of the batch');
    const size = sizeOf(shape);
    return { shape, starts: Int32Array.from({ length: samples }, (_, i) => from + i * size), elements: Int32Array.from({ length: size }, (_, e) => e) };
  };
  return {
    programs: { step: graphRunner(tf, graphs.step, ops), evaluate: graphRunner(tf, graphs.evaluate, ops) },
    places: { samples, sample: offsetsOf(0), label: offsetsOf(1), weight: offsetsOf(2).starts },
    memory: new Float32Array(end),
    batch: new Map(placed.map(({ name, ...place }) => [name, place])),
    state: new Map([...shapes].map(([name, shape]) => [name, tf.tensor(new Float32Array(sizeOf(shape)), shape, 'float32')])),
  };
}
