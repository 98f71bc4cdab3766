// What layers are called: after their weights, as far as these say something, else after what they do.

import { reservedWords } from '../../syntax/tokens.ts';
import type { Constant } from './constant.ts';

const reserved: ReadonlySet<string> = new Set(reservedWords.map(({ LABEL = '' }) => LABEL.replaceAll('`', '')));

const longest = 48;

/** Letters, digits and `_`, and no word of the language. @returns undefined where nothing is left that says anything. */
export function identifier(text: string): string | undefined {
  const word = text.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '').slice(0, longest);
  if (/^\d*$/.test(word)) return undefined;
  const name = /^\d/.test(word) ? `_${word}` : word;
  return reserved.has(name) ? `${name}_` : name;
}

/** What exporters put behind the name of a layer, from the end on. */
const endings = [/(?<=\.[a-z]+)_\d+$/, /\.(?:value|gamma|beta|mean|variance|slope|factor|shift|deviation)$/, /:\d+$/, /\/ReadVariableOp(?:_\d+)?$/, /_(?:weights|bias)_fused_bn$/, /\/(?:Conv2D|MatMul|BiasAdd|depthwise|kernel|depthwise_kernel|gamma|beta)$/, /_[wb]_\d+$/, /[._](?:weight|bias|kernel|running_mean|running_var)$/];

/** Names that a tool has counted, and that say nothing: `onnx::Conv_193`, `const_fold_opt__60`, `Parameter87`. */
const counted = /^(?:onnx::|const|Constant|Parameter\d|Initializer|\d)/;

/** The scopes of a layer, the innermost last: those of TensorFlow are parted by `/`, those of PyTorch say what is what together. */
function scopesOf(weight: string): readonly string[] {
  let name = weight.split(';')[0] ?? '';
  for (const ending of endings) name = name.replace(ending, '');
  if (counted.test(name)) return [];
  return name.replace(/^(?:module|_orig_mod)\./, '').split('/').filter((part) => part !== '');
}

export class LayerNames {
  /** So many of the innermost scopes tell all layers apart. */
  readonly #depth: number;

  /** @param weights Names of all initializers that may be weights. */
  constructor(weights: readonly string[]) {
    const layers = [...new Map(weights.map(scopesOf).map((scopes) => [scopes.join('/'), scopes])).values()];
    const most = layers.reduce((depth, scopes) => Math.max(depth, scopes.length), 1);
    let depth = 1;
    while (depth < most && new Set(layers.map((scopes) => scopes.slice(-depth).join('/'))).size < layers.length) depth++;
    this.#depth = depth;
  }

  /** After the first of the weights that says something. */
  ofWeights(weights: readonly (Constant | undefined)[]): string | undefined {
    return weights.map((weight) => identifier(scopesOf(weight?.name ?? '').slice(-this.#depth).join('_'))).find((name) => name !== undefined);
  }
}

/** After what it does: such names are numbered. */
export function nameOfOperation(callee: string): string {
  return shortNames.get(callee) ?? callee;
}

const shortNames: ReadonlyMap<string, string> = new Map([['max_pool', 'pool'], ['avg_pool', 'pool'], ['dense', 'fc'], ['batch_norm', 'norm'], ['normalize', 'normalized']]);
