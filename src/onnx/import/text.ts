// A drafted network as a source of the language, and its weights by name. A function of one operand that nobody else reads stands around
// the layer before it: `conv1 = relu(conv(image, ...))`.

import type { Tensor } from '../../base/tensor.ts';
import { invariant, present } from '../../base/invariant.ts';
import { shortestF32 } from '../../base/number-text.ts';
import { format } from '../../syntax/format.ts';
import type { Argument, Draft, DraftLayer, Source } from './draft.ts';
import { identifier, nameOfOperation } from './names.ts';

export interface Written {
  /** Numbers of f32 are the shortest that are the same there: 0.1. */
  readonly text: string;
  /** The same with all digits, as float64 computes with the numbers of the model. */
  readonly exactText: string;
  /** F32 where that holds every number exactly, else F64. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The name of the statement that a layer is part of, and of each input. */
  readonly nameOf: (source: Source) => string;
}

export interface ToWrite {
  readonly draft: Draft;
  /** What the network returns, in order; each as it should be called, where there are several. */
  readonly outputs: readonly { readonly source: DraftLayer; readonly wanted: string }[];
  readonly name: string;
  /** Lines of the opening comment. */
  readonly comment: readonly string[];
}

/** Layers of one statement, the innermost first. */
type Chain = readonly DraftLayer[];

export function write({ draft, outputs, name, comment }: ToWrite): Written {
  const returned = new Set(outputs.map(({ source }) => source));
  const chains = chainsOf(draft, returned);
  const names = namesOf(draft, chains, outputs);
  const nameOf = (source: Source): string => present(names.get(source), 'name of a value');
  const inputs = draft.inputs.map((input) => `${nameOf(input)}: tensor[${input.sample.join(', ')}]`);
  const textOf = (spell: Spelling): string => {
    const statements = chains.map((chain) => `${nameOf(present(chain.at(-1), 'layer'))} = ${expression(chain, nameOf, spell)}`);
    const source = [...comment.map((line) => `// ${line}`), '', `network ${name}(${inputs.join(', ')}) {`, ...statements, `return ${outputs.map((output) => nameOf(output.source)).join(', ')}`, '}', ''].join('\n');
    const text = format({ name: 'imported', text: source });
    invariant(typeof text === 'string', () => `the imported source has mistakes: ${JSON.stringify(text)}`);
    return text;
  };
  const weights = chains.flatMap((chain) => chain.flatMap((layer) => [...layer.weights].map(([suffix, { shape, data }]) => [`${nameOf(layer)}.${suffix}`, { shape, data: narrowed(data) }] as const)));
  const inF32 = (value: number): string => String(Math.fround(value) === value ? shortestF32(value) : value);
  return { text: textOf(inF32), exactText: textOf(String), weights: new Map(weights), nameOf };
}

function narrowed(data: Float64Array): Float32Array | Float64Array {
  return data.every((value) => Math.fround(value) === value || Number.isNaN(value)) ? Float32Array.from(data) : data;
}

function chainsOf({ layers }: Draft, returned: ReadonlySet<DraftLayer>): readonly Chain[] {
  const readers = new Map<Source, DraftLayer[]>();
  for (const layer of layers) for (const operand of layer.operands) readers.set(operand, [...(readers.get(operand) ?? []), layer]);
  const within = (layer: DraftLayer): DraftLayer | undefined => {
    const [reader, ...others] = readers.get(layer) ?? [];
    return reader && others.length === 0 && !returned.has(layer) && reader.operands.length === 1 && reader.weights.size === 0 && layer.callee !== 'normalize' ? reader : undefined;
  };
  return layers.flatMap((layer): Chain[] => {
    if (within(layer) || isNumber(layer)) return [];
    const chain = [layer];
    // Back to where a layer is read by others too, or begins.
    for (let [first] = chain; first; [first] = chain) {
      const [operand] = first.operands;
      if (operand?.kind !== 'layer' || within(operand) !== first) break;
      chain.unshift(operand);
    }
    return [chain];
  });
}

function namesOf({ inputs }: Draft, chains: readonly Chain[], outputs: ToWrite['outputs']): ReadonlyMap<Source, string> {
  const taken = new Set<string>();
  const names = new Map<Source, string>();
  const count = new Map<string, number>();
  for (const input of inputs) names.set(input, free(identifier(input.name) ?? (input.sample.length === 3 ? 'image' : 'input'), taken));
  const last = new Map(outputs.map(({ source, wanted }) => [source, wanted]));
  for (const chain of chains) {
    const end = present(chain.at(-1), 'layer');
    const owner = chain.find(({ weights }) => weights.size > 0) ?? present(chain[0], 'layer');
    const wanted = (outputs.length > 1 ? last.get(end) : undefined) ?? owner.wanted ?? numbered(nameOfOperation(owner.callee), count);
    const name = free(wanted, taken);
    for (const layer of chain) names.set(layer, name);
  }
  return names;
}

/** With the number that it has among those of its name. */
function numbered(name: string, count: Map<string, number>): string {
  const number = (count.get(name) ?? 0) + 1;
  count.set(name, number);
  return `${name}${number}`;
}

function free(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let copy = 2; taken.has(name); copy++) name = `${wanted}_${copy}`;
  taken.add(name);
  return name;
}

/** How a number is written. */
type Spelling = (value: number) => string;

function expression(chain: Chain, nameOf: (source: Source) => string, spell: Spelling): string {
  return chain.reduce<string>((inner, layer) => {
    const operands = inner === '' ? layer.operands.map((operand) => inlined(operand, spell) ?? nameOf(operand)) : [inner];
    return `${layer.callee}(${[...operands, ...[...layer.args].map(([name, value]) => `${name} = ${argument(name, value, spell)}`)].join(', ')})`;
  }, '');
}

/** A list of shapes stays one; of other lists one number stands for all that are equal. */
function argument(name: string, value: Argument, spell: Spelling): string {
  if (typeof value === 'number') return spell(value);
  if (typeof value === 'boolean') return String(value);
  if ('word' in value) return value.word;
  const [first] = value;
  return first !== undefined && name !== 'shape' && value.every((each) => each === first) ? spell(first) : `[${value.map(spell).join(', ')}]`;
}

/** A number stands where it is read. */
function inlined(source: Source, spell: Spelling): string | undefined {
  if (source.kind !== 'layer' || !isNumber(source)) return undefined;
  return `${source.callee}(${argument('value', source.args.get('value') ?? 0, spell)})`;
}

function isNumber({ operands, weights }: DraftLayer): boolean {
  return operands.length === 0 && weights.size === 0;
}
