// Layers that normalise by the statistics of a batch learn nothing where these are of one number: it is its own mean,
// so nothing is left of it. That takes a batch of one sample, and a layer with one position a channel.

import type { RelatedPlace } from '../../base/diagnostic.ts';
import type { Span } from '../../base/span.ts';
import { present } from '../../base/invariant.ts';
import { nodeMap } from '../../ir/graph.ts';
import type { Graph, Node } from '../../ir/graph.ts';
import type { TrainSpec } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { Section, TrainDeclaration } from '../../syntax/ast.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';

/** Layers that are shown of one phase. */
const MOST_SHOWN = 4;

/** @param graph Of one sample. */
export function checkStatistics(graph: Graph, train: TrainSpec, declaration: TrainDeclaration, ops: OpRegistry, report: Report): void {
  const layers = layersOfOneNumber(graph, ops);
  const [first] = layers;
  if (!first) return;
  const phases = declaration.entries.filter((entry) => entry.kind === 'section');
  const normalized = layers.slice(0, MOST_SHOWN).flatMap(({ layer, op, span }): RelatedPlace[] => (span ? [{ message: `\`${layer ?? op}\` has one number a channel`, span }] : []));
  for (const { name, epochs, batch } of train.phases) {
    if (epochs === 0 || batch > 1) continue;
    const phase = present(phases.find((each) => each.name.text === name), 'phase');
    const given = batchOf(phase);
    const inherited = given ? undefined : phases.map(batchOf).find((span) => span !== undefined);
    const related = inherited ? [...normalized, { message: 'its batch is given here', span: inherited }] : normalized;
    const help = `with \`batch = 32\` it is normalised over 32 numbers; or leave ${first.op} out`;
    report(trainDiagnostics['one-number']({ span: given ?? phase.name.span, args: [name, first.layer ?? first.op], related, help }));
  }
}

function batchOf({ settings }: Section): Span | undefined {
  return settings.find((setting) => setting.name.text === 'batch')?.span;
}

function layersOfOneNumber(graph: Graph, ops: OpRegistry): readonly Node[] {
  const nodes = nodeMap(graph);
  return graph.nodes.filter((node) => {
    const inputs = node.inputs.map((input) => present(nodes.get(input.node)?.results[input.result], 'shape of an operand'));
    const { training } = present(ops.get(node.op), `op ${node.op}`);
    return training.kind === 'form' && training.statistics?.(inputs) === 1;
  });
}
