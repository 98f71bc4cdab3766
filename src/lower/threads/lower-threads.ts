// A deployed graph to a chain of kernels that run a thread an element. Nests and fused epilogues are those of
// every target; only layouts and schedules are others. What depends on parameters alone is computed here.

import { invariant, present } from '../../base/invariant.ts';
import { sizeOf, stridesOf } from '../../base/tensor.ts';
import { valueKey, type Program } from '../../ir/graph.ts';
import { isInput, isParameter } from '../../ir/leaf.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { ThreadBinding, ThreadKernel, ThreadModule, ThreadValue } from '../../ir/thread-kernel.ts';
import { evaluateAt, indexAt, isKnown, type KnownTensor } from './evaluate-constant.ts';
import { inlinedSlots } from './inline-producers.ts';
import { fuseEpilogues } from '../nests/fuse-epilogues.ts';
import { placeNests, type PlacedNest, type SlotName } from '../nests/placed-nest.ts';
import { scheduleThreads, type ThreadSlots } from './schedule-threads.ts';
import { flatPlaces, threadLayout, viewLayout, type ThreadLayout } from './thread-layout.ts';
import { copyNest } from '../nests/copy-nest.ts';

/** The deployed network; its graph has one input, and its first output is the module's. */
export function lowerThreads({ graph, parameters }: Program, ops: OpRegistry): ThreadModule {
  const output = valueKey(present(graph.outputs[0], 'output').value);
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
  let input: ThreadBinding | undefined;
  for (const node of graph.nodes) {
    const slot = valueKey({ node: node.id, result: 0 });
    if (isParameter(node)) known.set(slot, present(parameters.get(String(node.attrs['name'])), 'value of a parameter'));
    if (!isInput(node)) continue;
    invariant(input === undefined, 'a deployed network has one input');
    values.set(slot, { kind: 'input' });
    input = bindingOf('input', present(layouts.get(slot), 'layout'));
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

  let answer = values.get(home(output));
  if (answer?.kind !== 'kernel') {
    // An input, or numbers that depend on none, come out through a kernel too.
    const slot = `${output}.copy`;
    layouts.set(slot, threadLayout(present(layouts.get(output), 'layout').shape));
    kernels.push(scheduleThreads([copyNest(output, slot, present(layouts.get(output), 'layout').shape)], present(layouts.get(slot), 'layout'), slots));
    answer = { kind: 'kernel', index: kernels.length - 1 };
    return { kernels: needed(kernels, answer.index), input: present(input, 'input'), output: bindingOf('output', present(layouts.get(slot), 'layout')) };
  }
  return { kernels: needed(kernels, answer.index), input: present(input, 'input'), output: bindingOf('output', present(layouts.get(output), 'layout')) };
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

/** The kernels that the last one depends on, renumbered. */
function needed(kernels: readonly ThreadKernel[], last: number): readonly ThreadKernel[] {
  const wanted = new Set([last]);
  for (const at of [...kernels.keys()].reverse()) {
    if (!wanted.has(at)) continue;
    for (const value of present(kernels[at], 'kernel').operands) if (value.kind === 'kernel') wanted.add(value.index);
  }
  const numbers = new Map([...wanted].toSorted((a, b) => a - b).map((old, at) => [old, at]));
  const renumbered = (value: ThreadValue): ThreadValue => (value.kind === 'input' ? value : { kind: 'kernel', index: present(numbers.get(value.index), 'kernel') });
  return [...numbers.keys()].map((old) => {
    const kernel = present(kernels[old], 'kernel');
    return { ...kernel, operands: kernel.operands.map(renumbered) };
  });
}
