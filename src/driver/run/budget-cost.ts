// What a network has in the measure of a budget: counted on what compaction leaves of it.

import { present } from '../../base/invariant.ts';
import type { PhaseTensors } from '../../engine/engine.ts';
import type { Program } from '../../ir/graph.ts';
import type { BudgetMeasure, Model } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { compaction, runPasses } from '../../passes/pipeline.ts';
import { structureReport } from '../../sparsity/structure-report.ts';
import type { BeforeAfter, StructureReport } from '../../sparsity/structure-report.ts';

type Counts = { readonly [K in keyof StructureReport as StructureReport[K] extends BeforeAfter ? K : never]: StructureReport[K] };

const measured: Readonly<Record<BudgetMeasure, keyof Counts>> = { macs: 'macs', conv_macs: 'convMacs', weights: 'nonzero', conv_weights: 'convNonzero', bytes: 'bytes' };

export function inDoubles({ model: { network } }: { readonly model: Pick<Model, 'network'> }, held: PhaseTensors): Program['parameters'] {
  return new Map(network.parameters.map(({ name, shape }) => [name, { shape, data: Float64Array.from(present(held.get(name), name).data) }]));
}

/** Of the network as it is, and with these parameters, eliminated. */
export function costOfParameters({ model: { network } }: { readonly model: Pick<Model, 'network'> }, parameters: Program['parameters'], of: BudgetMeasure): BeforeAfter {
  const program = { graph: network.graph, parameters };
  return structureReport(program, runPasses(program, compaction, ops), ops)[measured[of]];
}
