// The structures that a penalty may remove, as data. A structure is a partition of a layer's weights into groups, and
// the axes of the weight that number its groups say which one:
//
//   conv, W [group, filter, channel, row, column]     filters   {group, filter}      W[n,:,:,:]
//                                                     channels  {group, channel}     W[:,c,:,:]
//   dense, W [output, input]                          neurons   {output}             W[o,:]
//
// What else is to be known follows: which layers have it (those whose weight has the axes), which parameters are in its
// groups (those with all the axes), whether its groups are rows or columns of the weight as a matrix, and which
// partitions nest in which.

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
export type StructureKind = 'filters' | 'channels' | 'fibers' | 'neurons' | 'inputs';
/** What reports call what is left of a structure. */
export type ReportField = Exclude<StructureKind, 'neurons'> | 'outputs';

export interface Structure {
  readonly name: StructureKind;
  /** As people and the papers write it. */
  readonly notation: string;
  /** The axes that number its groups. */
  readonly key: readonly WeightAxis[];
  /** The field of reports that counts what is left of it, of which dimension of the matrices, and its place among them. */
  readonly report: { readonly field: ReportField; readonly counts: 'rows' | 'columns' | 'channels'; readonly place: number };
}

/**
 * In the order in which the sequential map treats penalties that cross. Those that nest come leaf first (fibers, then
 * channels), where the sequence is the exact proximal map of their sum (Jenatton et al., 2011).
 */
export const structures: readonly Structure[] = [
  { name: 'filters', notation: 'filters W[n,:,:,:]', key: ['group', 'filter'], report: { field: 'filters', counts: 'rows', place: 0 } },
  { name: 'neurons', notation: 'neurons, by incoming connections W[o,:]', key: ['output'], report: { field: 'outputs', counts: 'rows', place: 4 } },
  { name: 'fibers', notation: 'shape fibers W[:,c,m,k]', key: ['group', 'channel', 'row', 'column'], report: { field: 'fibers', counts: 'columns', place: 2 } },
  { name: 'channels', notation: 'channels W[:,c,:,:]', key: ['group', 'channel'], report: { field: 'channels', counts: 'channels', place: 1 } },
  { name: 'inputs', notation: 'inputs, by outgoing connections W[:,i]', key: ['input'], report: { field: 'inputs', counts: 'channels', place: 3 } },
];

/** Its place in the order of treatment. */
export function treatmentOf(name: StructureKind): number {
  return structures.findIndex((structure) => structure.name === name);
}

export function structureNamed(name: StructureKind): Structure {
  return present(structures[treatmentOf(name)], name);
}

/** In the order of reports. */
const told = structures.toSorted((a, b) => a.report.place - b.report.place);

export const structureNames: readonly StructureKind[] = told.map(({ name }) => name);
export const reportFields: readonly ReportField[] = told.map(({ report }) => report.field);

/** The structures that a layer has, in the order of reports. */
export function structuresOf([weight]: LayerAxes): readonly Structure[] {
  return told.filter(({ key }) => hasAxes(weight, key));
}

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

/** What there is one of for each column of the weight matrices, part after part. */
export function columnAxes([{ suffix, dimensions }]: LayerAxes): ParameterAxes {
  const [rows = [], ...columns] = dimensions;
  return { suffix, dimensions: [rows.filter(({ axis }) => axis === 'group'), ...columns] };
}

/** Whether every group of `inner` lies in one group of `outer`. Axes of extent 1 number nothing. */
export function nestsIn(inner: Structure, outer: Structure, [weight]: LayerAxes): boolean {
  const counted = new Set(weight.dimensions.flat().flatMap(({ axis, extent }) => (extent > 1 ? [axis] : [])));
  return outer.key.every((axis) => !counted.has(axis) || inner.key.includes(axis));
}

function hasAxes({ dimensions }: ParameterAxes, key: readonly WeightAxis[]): boolean {
  return key.every((wanted) => dimensions.some((dimension) => dimension.some(({ axis }) => axis === wanted)));
}
