// Which layers the patterns of a penalty are of: those that have its structure. A plain name must fit, of a pattern those
// are taken that do.

import type { Penalty } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { structureTitle } from '../../ir/structure.ts';
import type { Structure, StructureArguments } from '../../ir/structure.ts';
import type { LayerPattern, StructureReference } from '../../syntax/ast.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { CheckedNetwork } from '../network/network.ts';
import type { Layer } from '../network/layer.ts';
import type { Constants } from '../values/constants.ts';
import { isPlain } from './glob.ts';
import { hasStructure } from './layer-lookup.ts';
import type { LayerLookup } from './layer-lookup.ts';
import { shortcutHelp } from './removable.ts';
import type { Removable } from './removable.ts';
import { readStructure } from './structure-reference.ts';

/** What the lines of a block are read with. */
export interface PenaltyScope {
  readonly network: CheckedNetwork;
  readonly lookup: LayerLookup;
  readonly removable: Removable;
  readonly constants: Constants;
  readonly ops: OpRegistry;
  readonly report: Report;
  /** By structure and layer. */
  readonly penalties: Map<string, Penalty>;
}

/** One structure of one layer that a line penalises. */
export interface Place {
  readonly structure: Structure;
  readonly arguments: StructureArguments | undefined;
  readonly layer: Layer;
  readonly pattern: LayerPattern;
}

/** Undefined, and reported, where there is too much to look up. */
export function placesOf({ structures, layers }: { readonly structures: readonly StructureReference[]; readonly layers: readonly LayerPattern[] }, scope: PenaltyScope): readonly Place[] | undefined {
  const places: Place[] = [];
  for (const reference of structures) {
    const read = readStructure(reference, scope.constants, scope.report);
    if (!read) continue;
    for (const pattern of layers) {
      const candidates = scope.lookup.matching(pattern.pattern);
      if (!candidates) return scope.report(sparsityDiagnostics['too-many-matches']({ span: pattern.span, args: [], help: 'fewer lines with wider patterns say the same: `lasso filters of stage2.* strength 5e-3`' }));
      const fitting = fittingLayers(pattern, candidates, read.structure, scope);
      for (const layer of read.structure.key === 'coupled' ? firstOfSets(fitting, scope) : fitting) places.push({ structure: read.structure, arguments: read.given, layer, pattern });
    }
  }
  return places;
}

/** Coupled filters are those of the first layer of their set, whichever of its layers a pattern has found. */
function firstOfSets(layers: readonly Layer[], { network, removable }: PenaltyScope): readonly Layer[] {
  return [...new Set(layers.flatMap((layer) => network.layers.get(removable.coupled(layer)?.layers[0] ?? '') ?? []))];
}

/** What penalties of a place have in common. */
export function placed({ structure, arguments: given, layer, pattern: { span } }: Place): Pick<Penalty, 'structure' | 'arguments' | 'layer' | 'span'> {
  return { structure: structure.name, ...(given && { arguments: given }), layer: layer.name, span };
}

export function addPenalty(penalty: Penalty, { penalties, report }: PenaltyScope): void {
  const title = structureTitle(penalty);
  const key = `${title} of ${penalty.layer}`;
  const taken = penalties.get(key);
  if (taken) {
    const related = [{ message: 'first penalised here', span: taken.span }];
    report(sparsityDiagnostics['duplicate-penalty']({ span: penalty.span, args: [title, penalty.layer], related }));
  } else {
    penalties.set(key, penalty);
  }
}

/** Of the layers that match a pattern; a plain name must fit, a pattern takes those that do. */
function fittingLayers({ span, pattern: text }: LayerPattern, candidates: readonly Layer[], structure: Structure, { network, lookup, removable, ops, report }: PenaltyScope): readonly Layer[] {
  const { name } = structure;
  const [first] = candidates;
  if (!first) {
    // Where layers are not known, the one that is meant may be among them.
    if (network.whole) report(sparsityDiagnostics['no-layer']({ span, args: [text], help: report.advice.on('layer', text, lookup.having(structure)), severity: isPlain(text) ? 'error' : 'warning' }));
    return [];
  }
  const having = candidates.filter((layer) => hasStructure(layer, name) && network.reached(layer));
  const fitting = having.filter((layer) => canLose(layer, structure, removable));
  // A layer that has been reported may have had the structure.
  if (fitting.length > 0 || candidates.some((layer) => !layer.checked)) return fitting;
  const related = [{ message: `\`${text}\` is defined here`, span: first.span }];
  if (having.length > 0 && structure.key === 'coupled') {
    if (network.network) report(sparsityDiagnostics['none-coupled']({ span, args: [having.map((layer) => layer.name)], help: 'they reach the answer, meet the input in a sum, or are mixed by an op such as softmax', ...(isPlain(text) && { related }) }));
  } else if (having.length > 0) {
    const args: [readonly string[]] = [having.map((layer) => layer.name)];
    report(sparsityDiagnostics[structure.key === 'branch' ? 'no-branch' : 'no-shortcut']({ span, args, help: shortcutHelp(structure), ...(isPlain(text) && { related }) }));
  } else if (!isPlain(text)) {
    report(sparsityDiagnostics['no-group-matched']({ span, args: [text, name], help: helpWithPlaces(structure, lookup, ops), severity: 'warning' }));
  } else if (hasStructure(first, name)) {
    report(sparsityDiagnostics['unread-layer']({ span, args: [text] }));
  } else {
    report(sparsityDiagnostics['no-group']({ span, args: [text, first.op, name], related, help: helpWithStructure(first, structure, lookup, ops) }));
  }
  return [];
}

/** Whether the network can do without groups of a structure that a layer has. */
export function canLose(layer: Layer, { key, needsShortcut }: Structure, removable: Removable): boolean {
  return key === 'coupled' ? removable.coupled(layer) !== undefined : !needsShortcut || removable.whole(layer);
}

function helpWithStructure(layer: Layer, structure: Structure, lookup: LayerLookup, ops: OpRegistry): string {
  const own = layer.checked?.structures ?? [];
  return own.length > 0 ? `${layer.op} has ${own.map(({ name }) => name).join(', ')}` : helpWithPlaces(structure, lookup, ops);
}

/** Where the structure is. */
function helpWithPlaces(structure: Structure, lookup: LayerLookup, ops: OpRegistry): string {
  const others = lookup.having(structure);
  if (others.length > 0) return `${structure.name} are in ${others.slice(0, 8).join(', ')}`;
  if (structure.needsShortcut) return shortcutHelp(structure);
  const penalized = [...ops.values()].filter((op) => op.syntax?.weightAxes).map((op) => op.name);
  return `layers of ${penalized.join(', ')} have groups`;
}
