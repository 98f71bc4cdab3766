// The structures that a penalty may remove, as data. A structure is a partition of a layer's weights into groups, and
// mostly the axes of the weight that number its groups say which one:
//
//   conv, W [group, filter, channel, row, column]     filters   {group, filter}      W[n,:,:,:]
//                                                     channels  {group, channel}     W[:,c,:,:]
//   dense, W [output, input]                          neurons   {output}             W[o,:]
//
// Blocks are tiles of the weight as a matrix, coupled filters all that write one channel, and a branch is all
// that lies on one branch only before a sum. What else is to be known follows: which layers have it (those whose weight has the axes), which parameters are in its groups
// (those with all the axes; so a bias is in the groups of rows), what a group is of the weight as a matrix, and which
// partitions nest in which (ir/partition.ts).

import { present } from '../base/invariant.ts';

/**
 * What an axis of a layer's parameters counts. `group` numbers the parts of the weight matrices (`WeightMatrices`);
 * `filter` and `channel` count within it.
 */
export type WeightAxis = 'group' | 'filter' | 'channel' | 'row' | 'column' | 'output' | 'input';

export interface AxisExtent {
  readonly axis: WeightAxis;
  readonly extent: number;
}

/** A parameter of a layer: each of its dimensions counts along one axis, or row-major along several. */
export interface ParameterAxes {
  /** The parameter is `layer.suffix`. */
  readonly suffix: string;
  readonly dimensions: readonly (readonly AxisExtent[])[];
}

/** The parameters of a layer that structures divide: the weight first, whose dimension 0 counts its rows. */
export type LayerAxes = readonly [weight: ParameterAxes, ...others: ParameterAxes[]];

/** Names of structures, as the language writes them. */
export type StructureKind = 'elements' | 'vectors' | 'filters_2d' | 'blocks' | 'filters' | 'neurons' | 'fibers' | 'channels' | 'inputs' | 'coupled_filters' | 'layers' | 'branches';
/** What reports call what is left of a structure. */
export type ReportField = 'filters' | 'channels' | 'fibers' | 'inputs' | 'outputs';

/**
 * What makes a group.
 * - A list: the axes that number the groups. `every axis`: each weight is one.
 * - `tiles`: of the weight as a matrix of rows by columns, `rows` by `columns` of the arguments; the last may be smaller.
 * - `coupled`: a channel and all rows that write it, of the layers that write common channels (sparsity/coupling.ts).
 * - `branch`: one, of the parameters of all layers that lie on one branch only before an op that joins (`Op.unit` 0).
 */
export type StructureKey = readonly WeightAxis[] | 'every axis' | 'tiles' | 'coupled' | 'branch';

/** What a reference to a structure gives it: `blocks(rows = 4, columns = 4)`. Whole numbers from 1. */
export type StructureArguments = Readonly<Record<string, number>>;

export interface Structure {
  readonly name: StructureKind;
  /** One of its groups. */
  readonly singular: string;
  /** As people and the papers write it. */
  readonly notation: string;
  readonly key: StructureKey;
  /** Arguments that it wants: all of them. */
  readonly wants?: readonly { readonly name: string; readonly doc: string }[];
  /** A group is removed only where the network has a way around it: without one nothing would get through. */
  readonly needsShortcut?: boolean;
  /** Its place where structures are listed. */
  readonly place: number;
  /** The field of reports that counts what is left of it, and of which dimension of the matrices; fine grains have none. */
  readonly report?: { readonly field: ReportField; readonly counts: 'rows' | 'columns' | 'channels' };
}

/**
 * In the order in which the sequential map treats penalties that cross, finest first. Groups that nest come leaf first
 * whatever the list says (sparsity/groups.ts): there the sequence is the exact proximal map of their sum (Jenatton et
 * al., 2011).
 */
export const structures: readonly Structure[] = [
  { name: 'elements', singular: 'element', notation: 'elements, each weight alone', key: 'every axis', place: 8 },
  { name: 'vectors', singular: 'vector', notation: 'vectors W[n,c,m,:]', key: ['group', 'filter', 'channel', 'row'], place: 6 },
  { name: 'filters_2d', singular: '2-D filter', notation: '2-D filters W[n,c,:,:]', key: ['group', 'filter', 'channel'], place: 5 },
  {
    name: 'blocks',
    singular: 'block',
    notation: 'blocks, tiles of the matrix of rows by columns',
    key: 'tiles',
    wants: [{ name: 'rows', doc: 'filters or neurons of a block' }, { name: 'columns', doc: 'weights of each of them' }],
    place: 7,
  },
  { name: 'filters', singular: 'filter', notation: 'filters W[n,:,:,:]', key: ['group', 'filter'], place: 0, report: { field: 'filters', counts: 'rows' } },
  { name: 'neurons', singular: 'neuron', notation: 'neurons, by incoming connections W[o,:]', key: ['output'], place: 4, report: { field: 'outputs', counts: 'rows' } },
  { name: 'fibers', singular: 'fiber', notation: 'shape fibers W[:,c,m,k]', key: ['group', 'channel', 'row', 'column'], place: 2, report: { field: 'fibers', counts: 'columns' } },
  { name: 'channels', singular: 'channel', notation: 'channels W[:,c,:,:]', key: ['group', 'channel'], place: 1, report: { field: 'channels', counts: 'channels' } },
  { name: 'inputs', singular: 'input', notation: 'inputs, by outgoing connections W[:,i]', key: ['input'], place: 3, report: { field: 'inputs', counts: 'channels' } },
  { name: 'coupled_filters', singular: 'coupled filter', notation: 'coupled filters, all that write one channel', key: 'coupled', place: 11 },
  { name: 'layers', singular: 'layer', notation: 'layers, all parameters of one', key: [], needsShortcut: true, place: 9 },
  { name: 'branches', singular: 'branch', notation: 'branches, all parameters between the ends of a shortcut', key: 'branch', needsShortcut: true, place: 10 },
];

/** Its place in the order of treatment. */
export function treatmentOf(name: StructureKind): number {
  return structures.findIndex((structure) => structure.name === name);
}

export function structureNamed(name: StructureKind): Structure {
  return present(structures[treatmentOf(name)], name);
}

/** As the language writes it: `filters`, `blocks(rows = 4, columns = 4)`. */
export function structureTitle({ structure, arguments: given }: { readonly structure: StructureKind; readonly arguments?: StructureArguments | undefined }): string {
  const written = Object.entries(given ?? {}).map(([name, value]) => `${name} = ${value}`);
  return written.length > 0 ? `${structure}(${written.join(', ')})` : structure;
}

const listed = structures.toSorted((a, b) => a.place - b.place);

export const structureNames: readonly StructureKind[] = listed.map(({ name }) => name);
/** In the order of reports. */
export const reportFields: readonly ReportField[] = listed.flatMap(({ report }) => report?.field ?? []);

/** The structures that divide the weights of one layer, as they are listed. */
export function structuresOf([weight]: LayerAxes): readonly Structure[] {
  return listed.filter(({ key }) => key === 'every axis' || key === 'tiles' || (key !== 'branch' && key !== 'coupled' && hasAxes(weight, key)));
}

/** Those that divide the weights of several layers, and are named by one with weights. */
export const structuresOfSeveral: readonly Structure[] = listed.filter(({ key }) => key === 'coupled');

/** The structures of a layer that joins others, having no weights of its own. */
export const structuresOfJoins: readonly Structure[] = listed.filter(({ key }) => key === 'branch');

/**
 * How one parameter tensor falls into groups: each of its dimensions is split, row-major, into one or more
 * axes of `view`; the axes in `keep` number the group (row-major over their extents), the others run within it.
 */
export interface GroupView {
  readonly view: readonly number[];
  readonly keep: readonly number[];
}

/** A parameter's part in the groups of a key; undefined where it has none. Dimensions are split only where they must be. */
export function groupView(parameter: ParameterAxes, key: readonly WeightAxis[]): GroupView | undefined {
  if (!hasAxes(parameter, key)) return undefined;
  const axes = parameter.dimensions.flatMap((dimension): { readonly extent: number; readonly kept: boolean }[] => {
    const parts = dimension.map(({ axis, extent }) => ({ extent, kept: key.includes(axis) }));
    const kept = parts.filter((part) => part.kept).length;
    if (kept > 0 && kept < parts.length) return parts;
    return [{ extent: parts.reduce((product, { extent }) => product * extent, 1), kept: kept > 0 }];
  });
  return { view: axes.map(({ extent }) => extent), keep: axes.flatMap(({ kept }, i) => (kept ? [i] : [])) };
}

/** What there is one of for each row of the weight: a bias, the scale of a batch norm. */
export function rowAxes([{ suffix, dimensions }]: LayerAxes): ParameterAxes {
  return { suffix, dimensions: dimensions.slice(0, 1) };
}

/** Its weight slides over images. */
export function isConvolution([weight]: LayerAxes): boolean {
  return hasAxes(weight, ['row']);
}

export function hasAxes({ dimensions }: ParameterAxes, key: readonly WeightAxis[]): boolean {
  return key.every((wanted) => dimensions.some((dimension) => dimension.some(({ axis }) => axis === wanted)));
}
