// A network of the suites as a user would hand it to the compiler: `.ssl` source and named parameters.

import { assertNever, invariant } from '../../src/base/invariant.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import { check } from '../../src/check/check.ts';
import type { Program } from '../../src/ir/graph.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';
import { endsInMap, mapShapes } from '../network.ts';
import type { Layer, MapShape, Network } from '../network.ts';

export interface SslSource {
  readonly text: string;
  /** By name, `layer.weight` (OIHW, or OI) and `layer.bias`. */
  readonly parameters: ReadonlyMap<string, Tensor<Float32Array>>;
}

export function sslSource(name: string, network: Network): SslSource {
  const shapes = mapShapes(network);
  const parameters = new Map<string, Tensor<Float32Array>>();
  const lines: string[] = [];
  let input = 'image';
  network.layers.forEach((layer, index) => {
    const layerName = `layer${index}`;
    lines.push(`  ${layerName} = ${layerText(layer, input)}`);
    for (const [suffix, tensor] of parametersOf(layer, shapes[index] ?? network.input)) {
      parameters.set(`${layerName}.${suffix}`, tensor);
    }
    input = layerName;
  });
  // A network of the language returns a vector.
  if (endsInMap(network)) {
    lines.push(`  scores = flatten(${input})`);
    input = 'scores';
  }
  const header = `network ${name}(image: tensor[${network.input.join(', ')}]) {`;
  return { text: [header, ...lines, `  return ${input}`, '}', ''].join('\n'), parameters };
}

function layerText(layer: Layer, input: string): string {
  const activated = (text: string, relu: boolean): string => (relu ? `relu(${text})` : text);
  switch (layer.op) {
    case 'conv': {
      const { filters, window, stride, padding, groups, relu } = layer;
      const settings = { filters, window, stride, padding, groups };
      const named = Object.entries(settings).map(([setting, value]) => `${setting} = ${value}`);
      return activated(`conv(${[input, ...named].join(', ')})`, relu);
    }
    case 'max_pool':
      return `max_pool(${input}, window = ${layer.window}, stride = ${layer.stride})`;
    case 'flatten':
      return `flatten(${input})`;
    case 'dense':
      return activated(`dense(${input}, units = ${layer.units})`, layer.relu);
  }
  assertNever(layer);
}

function parametersOf(layer: Layer, [channels]: MapShape): readonly (readonly [string, Tensor<Float32Array>])[] {
  switch (layer.op) {
    case 'conv': {
      const { filters, window, groups, weights, bias } = layer;
      return [
        ['weight', { shape: [filters, channels / groups, window, window], data: weights }],
        ['bias', { shape: [filters], data: bias }],
      ];
    }
    case 'dense': {
      const { units, weights, bias } = layer;
      return [
        ['weight', { shape: [units, weights.length / units], data: weights }],
        ['bias', { shape: [units], data: bias }],
      ];
    }
    case 'max_pool':
    case 'flatten':
      return [];
  }
  assertNever(layer);
}

/** The network as the compiler has checked it, before any pass. */
export function programOf(network: Network): Program {
  const { text, parameters } = sslSource('Bench', network);
  const { file, diagnostics } = parse({ name: 'bench.ssl', text });
  const { model, diagnostics: faults } = check(file, ops);
  const messages = [...diagnostics, ...faults].map(({ message }) => message);
  invariant(model !== undefined && messages.length === 0, () => `${messages.join('; ')} in\n${text}`);
  const float64 = [...parameters].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }] as const);
  return { graph: model.network.graph, parameters: new Map(float64) };
}
