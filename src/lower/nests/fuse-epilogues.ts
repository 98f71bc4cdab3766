// Fuses elementwise ops into the reductions before them, because here it is known who else reads a value.
//
//   nest conv1: sum -> %3                     nest conv1: sum -> %4
//   nest relu:  relu(%3) -> %4           =>     then relu(acc)

import { partsOf } from '../../ir/nest.ts';
import type { Index } from '../../ir/nest.ts';
import { nestLoads } from './nest-loads.ts';
import { slotsRead, type PlacedGraph, type PlacedNest, type SlotExpr, type SlotName } from './placed-nest.ts';
import { substituteExpr } from './substitute.ts';
import { walkerOf } from './walker.ts';

/** An epilogue that reads its operand several times computes it as often, which is worth it up to a sum with a bias. */
const mostRepeated = 3;

function sizeOfExpr(expr: SlotExpr): number {
  return partsOf(expr).reduce((size, part) => size + sizeOfExpr(part), 1);
}

/** Whether dimension d is walked by axis d alone. */
function walksPlainly(nest: PlacedNest, at: readonly Index[]): boolean {
  return at.every((index, d) => walkerOf(index) === d || (index.offset === 0 && index.terms.length === 0 && nest.axes[d]?.extent === 1));
}

/**
 * Fuses elementwise epilogues (relu, add) into the nests that write their operand, where nobody else reads
 * it. `kept` are slots that must exist: outputs, state, views.
 */
export function fuseEpilogues(graph: PlacedGraph, kept: ReadonlySet<SlotName>): PlacedGraph {
  let nests = [...graph.nests];
  const viewed = new Set(graph.views.flatMap((view) => [view.from]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [at, consumer] of nests.entries()) {
      const fused = consumer.epilogue ? fuseAt(nests, at, consumer, kept, viewed) : undefined;
      if (!fused) continue;
      nests = fused;
      changed = true;
      break;
    }
  }
  return { ...graph, nests };
}

function fuseAt(nests: readonly PlacedNest[], at: number, nest: PlacedNest, kept: ReadonlySet<SlotName>, viewed: ReadonlySet<SlotName>): PlacedNest[] | undefined {
  if (nest.combine !== 'store' || nest.finish || !walksPlainly(nest, nest.write.index)) return undefined;
  for (const { tensor: slot } of nestLoads(nest)) {
    const reads = nestLoads(nest).filter((other) => other.tensor === slot);
    if (kept.has(slot) || viewed.has(slot) || !reads.every(({ outside, index }) => outside === undefined && walksPlainly(nest, index))) continue;
    const readers = nests.filter((other) => slotsRead(other).includes(slot));
    const writers = nests.filter((other) => other.write.tensor === slot);
    if (readers.length !== 1 || writers.length === 0 || !writers.every(fusable)) continue;
    if (reads.length > 1 && writers.some(({ finish }) => finish && sizeOfExpr(finish) > mostRepeated)) continue;
    const merged = writers.map((writer): PlacedNest => {
      const inner: SlotExpr = writer.finish ?? { kind: 'accumulator' };
      const finish = substituteExpr(nest.value, writer.write.index, (load) => (load.tensor === slot ? inner : undefined));
      return { ...writer, write: { tensor: nest.write.tensor, index: writer.write.index }, finish, epilogue: false };
    });
    return nests.flatMap((other, i) => (i === at ? merged : writers.includes(other) ? [] : [other]));
  }
  return undefined;
}

/** A nest that writes each of its elements once, from a reduction. */
function fusable({ combine, initial, axes }: PlacedNest): boolean {
  return combine === 'sum' && initial !== 'keep' && axes.some((axis) => axis.kind === 'reduce') && axes.every((axis) => axis.kind !== 'sequential');
}
