// A deployed graph to a chain of kernels that run a thread an element. Nests and fused epilogues are those of
// every target; only layouts and schedules are others. What depends on parameters alone is computed here.

import { present } from '../../base/invariant.ts';
import { sizeOf, stridesOf } from '../../base/tensor.ts';
import { valueKey, type Program } from '../../ir/graph.ts';
import { isInput, isParameter } from '../../ir/leaf.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { ThreadBinding, ThreadKernel, ThreadModule, ThreadOutput, ThreadValue } from '../../ir/thread-kernel.ts';
import { evaluateAt, indexAt, isKnown, type KnownTensor } from './evaluate-constant.ts';
import { inlinedSlots } from './inline-producers.ts';
import { fuseEpilogues } from '../nests/fuse-epilogues.ts';
import { placeNests, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';
import { scheduleThreads, type ThreadSlots } from './schedule-threads.ts';
import { flatPlaces, threadLayout, viewLayout, type ThreadLayout } from './thread-layout.ts';
import { copyNest } from '../nests/copy-nest.ts';

/** The deployed network. */
export function lowerThreads({ graph, parameters }: Program, ops: OpRegistry): ThreadModule {
  const kept = new Set(graph.outputs.map(({ value }) => valueKey(value)));
  const placed = fuseEpilogues(placeNests(graph, ops), kept);
  const layouts = new Map<SlotName, ThreadLayout>([...placed.slots].map(([slot, { shape }]) => [slot, threadLayout(shape)]));
  const homes = new Map<SlotName, SlotName>();
  const home = (slot: SlotName): SlotName => homes.get(slot) ?? slot;
  for (const { from, to } of placed.views) {
    homes.set(to, home(from));
    layouts.set(to, viewLayout(present(layouts.get(from), 'layout'), present(layouts.get(to), 'layout').shape));
  }

  const known = new Map<SlotName, KnownTensor>();
  const values = new Map<SlotName, ThreadValue>();
  const inlined = new Set<SlotName>();
  const inputs: ThreadBinding[] = [];
  for (const node of graph.nodes) {
    const slot = valueKey({ node: node.id, result: 0 });
    if (isParameter(node)) known.set(slot, present(parameters.get(String(node.attrs['name'])), 'value of a parameter'));
    if (!isInput(node)) continue;
    values.set(slot, { kind: 'input', index: inputs.length });
    inputs.push(bindingOf(String(node.attrs['name']), present(layouts.get(slot), 'layout')));
  }

  const kernels: ThreadKernel[] = [];
  const slots: ThreadSlots = {
    layoutOf: (slot) => layouts.get(slot),
    valueOf: (slot) => present(values.get(home(slot)), `value ${slot}`),
    inlined: (slot) => (inlined.has(slot) ? placed.nests.filter((each) => each.write.tensor === slot) : undefined),
    known: (slot) => {
      const data = known.get(home(slot));
      return data && { shape: present(layouts.get(slot), 'layout').shape, data: data.data };
    },
  };
  // What depends on parameters alone is known before it is decided which kernels there are.
  const written = new Map<SlotName, PlacedNest[]>();
  for (const each of placed.nests) {
    const writers = written.get(each.write.tensor) ?? [];
    // Last writers stand where all that they read has been computed.
    written.delete(each.write.tensor);
    written.set(each.write.tensor, [...writers, each]);
  }
  for (const [slot, writers] of written) {
    if (writers.every((each) => isStatic(each, slots))) known.set(slot, staticTensor(writers, present(layouts.get(slot), 'layout').shape, slots));
  }
  for (const slot of inlinedSlots(placed, kept, (each) => slots.known(each) !== undefined)) inlined.add(slot);
  for (const [slot, writers] of written) {
    if (known.has(slot) || inlined.has(slot)) continue;
    kernels.push(scheduleThreads(writers, present(layouts.get(slot), 'layout'), slots));
    values.set(slot, { kind: 'kernel', index: kernels.length - 1 });
  }

  const outputs = graph.outputs.map(({ name, value }): ThreadOutput => {
    const slot = valueKey(value);
    const layout = present(layouts.get(slot), 'layout');
    const answer = values.get(home(slot));
    if (answer?.kind === 'kernel') return { ...bindingOf(name, layout), kernel: answer.index };
    // An input, or numbers that depend on none, come out through a kernel too.
    const copy = `${slot}.copy`;
    const copied = threadLayout(layout.shape);
    layouts.set(copy, copied);
    kernels.push(scheduleThreads([copyNest(slot, copy, layout.shape)], copied, slots));
    return { ...bindingOf(name, copied), kernel: kernels.length - 1 };
  });
  return { inputs, ...needed(kernels, outputs) };
}

function bindingOf(name: string, layout: ThreadLayout): ThreadBinding {
  return { name, shape: layout.shape, offset: 0, axes: flatPlaces(layout), extents: layout.extents };
}

/** Stores what is known before the run. */
function isStatic({ combine, value, finish }: PlacedNest, slots: ThreadSlots): boolean {
  return combine === 'store' && !finish && isKnown(value, slots.known);
}

function staticTensor(writers: readonly PlacedNest[], shape: readonly number[], slots: ThreadSlots): KnownTensor {
  const data = new Float64Array(sizeOf(shape));
  const strides = stridesOf(shape);
  for (const nest of writers) {
    const point = nest.axes.map(() => 0);
    const walk = (axis: number): void => {
      if (axis < point.length) {
        for (point[axis] = 0; (point[axis] ?? 0) < (nest.axes[axis]?.extent ?? 0); point[axis] = (point[axis] ?? 0) + 1) walk(axis + 1);
        return;
      }
      const at = nest.write.index.reduce((place, index, d) => place + indexAt(index, point) * present(strides[d], 'stride'), 0);
      data[at] = evaluateAt(nest.value, point, slots.known);
    };
    walk(0);
  }
  return { shape, data };
}

/** The kernels that outputs depend on, renumbered. */
function needed(kernels: readonly ThreadKernel[], outputs: readonly ThreadOutput[]): Pick<ThreadModule, 'kernels' | 'outputs'> {
  const wanted = new Set(outputs.map(({ kernel }) => kernel));
  for (const at of [...kernels.keys()].reverse()) {
    if (!wanted.has(at)) continue;
    for (const value of present(kernels[at], 'kernel').operands) if (value.kind === 'kernel') wanted.add(value.index);
  }
  const numbers = new Map([...wanted].toSorted((a, b) => a - b).map((old, at) => [old, at]));
  const renumbered = (old: number): number => present(numbers.get(old), 'kernel');
  return {
    kernels: [...numbers.keys()].map((old) => {
      const kernel = present(kernels[old], 'kernel');
      return { ...kernel, operands: kernel.operands.map((value): ThreadValue => (value.kind === 'input' ? value : { ...value, index: renumbered(value.index) })) };
    }),
    outputs: outputs.map((output) => ({ ...output, kernel: renumbered(output.kernel) })),
  };
}
