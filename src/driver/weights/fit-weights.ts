// Tensors of a file as the parameters of a network, each checked by name, shape and numbers.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { nearest } from '../../base/suggest.ts';
import { present } from '../../base/invariant.ts';
import { formatShape, sameShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { ParameterData } from '../../ir/graph.ts';
import type { Network, Parameter } from '../../ir/network.ts';
import type { TensorSource } from './tensor-source.ts';
import { kernelHint } from './kernel-hint.ts';
import { fitDiagnostics } from './weight-diagnostics.ts';
import { readNumbers } from './weight-numbers.ts';
import { nameTensors } from './weight-names.ts';
import { renamed } from './weight-map.ts';
import type { NamePattern } from './weight-map.ts';

/** How the tensors of a file meet the parameters of a network. */
export interface Match {
  /** Name and shape fit: the tensor of each parameter. */
  readonly fitting: readonly (readonly [parameter: Parameter, tensor: string])[];
  /** Parameters without a tensor. */
  readonly missing: readonly Parameter[];
  /** Tensors of another shape than their parameter. */
  readonly misshapen: readonly { readonly parameter: Parameter; readonly tensor: string; readonly shape: Shape }[];
  /** Tensors that are no parameter's. */
  readonly unread: readonly string[];
  readonly prefix: string;
}

/** @throws DiagnosticError `fit/twice`, `fit/prefixes`, `map/*` */
export function matchTensors({ name: file, tensors }: TensorSource, network: Network, patterns: readonly NamePattern[]): Match {
  const naming = nameTensors(renamed([...tensors.keys()], patterns, file), network, file);
  const fitting: [Parameter, string][] = [];
  const missing: Parameter[] = [];
  const misshapen: Match['misshapen'][number][] = [];
  for (const parameter of network.parameters) {
    const tensor = naming.tensors.get(parameter.name);
    const shape = tensor === undefined ? undefined : present(tensors.get(tensor), tensor).shape;
    if (tensor === undefined || shape === undefined) missing.push(parameter);
    else if (sameShape(shape, parameter.shape)) fitting.push([parameter, tensor]);
    else misshapen.push({ parameter, tensor, shape });
  }
  return { fitting, missing, misshapen, unread: naming.unread, prefix: naming.prefix };
}

export interface Fit {
  /** All parameters of the network, in float64. */
  readonly parameters: ReadonlyMap<string, ParameterData>;
  /** What a person should know of it; nothing is wrong. */
  readonly notices: readonly Diagnostic[];
}

/**
 * All parameters of a network: each must have its tensor. What no parameter reads has no say, of whatever type it is.
 * @throws DiagnosticError `fit/*`, `weights/type`
 */
export function fitWeights(source: TensorSource, network: Network): Fit {
  const match = matchTensors(source, network, []);
  const faults = misfits(source, network, match);
  if (faults.length > 0) throw new DiagnosticError(faults);
  return { parameters: readNumbers(source, match.fitting), notices: noticesOf(source.name, network, match) };
}

/** What keeps a network from having all its parameters; nothing where it has. */
export function misfits(source: TensorSource, network: Network, match: Match): readonly Diagnostic[] {
  const { name: file } = source;
  const { fitting, missing, misshapen, unread } = match;
  if (missing.length === 0 && misshapen.length === 0) return [];
  const foreign = fitting.length === 0 ? [fitDiagnostics['another-network']({ args: [file, network.name], help: 'names and shapes are those of its layers, such as "conv1.weight"; the .ssl file must describe the very network' })] : [];
  return [
    ...foreign,
    ...misshapen.map(({ parameter, tensor, shape }) =>
      fitDiagnostics.shape({ args: [file, tensor, formatShape(shape), formatShape(parameter.shape)], help: kernelHint(network, parameter, shape) }),
    ),
    ...missing.map((parameter) => fitDiagnostics.missing({ args: [file, parameter.name, formatShape(parameter.shape)], help: helpForMissing(parameter, source, network, match) })),
    // None of these would be wrong alone; beside something missing, one may be it by another name.
    ...unread.map((tensor) => fitDiagnostics.unknown({ args: [file, tensor, network.name], severity: 'warning' })),
  ];
}

/** Comparisons of names beyond this would take seconds. */
const mostComparisons = 1e6;

function helpForMissing(parameter: Parameter, { tensors }: TensorSource, network: Network, { missing, unread, prefix }: Match): string | undefined {
  const { name, layer, suffix, alias, initial } = parameter;
  if (missing.length * unread.length > mostComparisons) return undefined;
  const near = nearest(`${prefix}${name}`, unread) ?? (alias === undefined ? undefined : nearest(`${prefix}${layer}.${alias}`, unread));
  if (near !== undefined) return `did you mean the "${near}" in it? It must be called "${prefix}${name}"`;
  const names = alias === undefined ? [name] : [name, `${layer}.${alias}`];
  const longer = unread.find((tensor) => names.some((each) => tensor.endsWith(`.${each}`)));
  if (longer !== undefined) return `the "${longer}" in it may be it: names begin with the same, or with nothing`;
  if (initial.kind === 'statistic') return `it is the ${initial.of} of the training samples, which a run keeps with its weights: take those of a run, or give numbers, \`normalize(..., ${initial.of} = 0.5)\``;
  if (suffix !== 'weight') return undefined;
  const kernel = unread.find((tensor) => isKernelOf(layer, tensor));
  if (kernel === undefined) return undefined;
  const { shape } = present(tensors.get(kernel), kernel);
  return `"${kernel}" in it is such a tensor by its name, but must be called "${name}"; ${kernelHint(network, parameter, shape) ?? 'kernels of Keras also lie otherwise'}`;
}

/** `conv1/kernel:0` of TensorFlow, `conv1.kernel` of Keras. */
function isKernelOf(layer: string, tensor: string): boolean {
  const name = tensor.replace(/:\d+$/, '').replaceAll('/', '.');
  return name === `${layer}.kernel` || name.endsWith(`.${layer}.kernel`);
}

/** What was left out of names, and what was left unread. */
export function noticesOf(file: string, network: Network, { prefix, unread }: Match): readonly Diagnostic[] {
  const layers = new Set(network.graph.nodes.map(({ layer }) => layer));
  const leftOut = unread.flatMap((tensor) => {
    const name = tensor.startsWith(prefix) ? tensor.slice(prefix.length) : tensor;
    const dot = name.lastIndexOf('.');
    const [layer, suffix] = [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
    return layers.has(layer) && !harmless.has(suffix) ? [{ tensor, layer, suffix }] : [];
  });
  const told = new Set(leftOut.map(({ tensor }) => tensor));
  const others = unread.filter((tensor) => !told.has(tensor));
  const severity = 'warning';
  return [
    ...(prefix === '' ? [] : [fitDiagnostics.prefix({ args: [file, network.name, prefix], severity })]),
    ...leftOut.map(({ tensor, layer, suffix }) =>
      fitDiagnostics['left-out']({ args: [file, tensor, layer, suffix], severity, help: `where these weights come from, ${layer} computed with it: see that the .ssl file describes the same network` }),
    ),
    ...(others.length === 0 ? [] : [fitDiagnostics.unread({ args: [file, network.name, others], severity })]),
  ];
}

/** Counters that take no part in what a layer computes. */
const harmless: ReadonlySet<string> = new Set(['num_batches_tracked']);
