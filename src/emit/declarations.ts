// The declarations of an emitted module: shapes as literal types, and documentation that says how many
// numbers go in and come out, in which order and range.

import { sizeOf } from '../base/tensor.ts';
import { documented, interfaceText } from './documented.ts';
import type { Member } from './documented.ts';
import { keyText, literalText, quoted, typeText } from './literal.ts';
import type { ModuleFacts, Normalization, PortFacts } from './module-facts.ts';
import { describePlan } from './tensor-plan.ts';

/** What a caller of `load` may give. */
export interface LoadOption {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  /** Whether it is what `load` would read otherwise. */
  readonly isFile: boolean;
}

export const weightsOption: LoadOption = { name: 'weights', type: 'ArrayBuffer | ArrayBufferView', doc: 'The bytes of the `.bin` file.', isFile: true };

/** As a member of the interface `LoadOptions`. */
export function optionMember({ name, type, doc }: LoadOption): Member {
  return { signature: `readonly ${name}?: ${type}`, doc };
}

/** @param versions Names of the versions of its code, where it has several. @param inThreads Whether it may run in workers, and so answers promises. */
export function declarationsText(facts: ModuleFacts, options: readonly LoadOption[], versions?: readonly string[], inThreads = false): string {
  const given = `What to use instead of reading it, where the caller has it already${options.every(({ isFile }) => isFile) ? '' : ', and which version of the code'}.`;
  if (inThreads) return threadedDeclarations(facts, options, versions);
  const own = 'A loaded network. It computes synchronously in memory of its own; where several threads compute, each loads\nits own.';
  return declarationFile(facts, [
    ...(options.length > 0 ? [documented(given, interfaceText('LoadOptions', options.map(optionMember)))] : []),
    documented(own, interfaceText('Net', [
      ...aboutMembers(facts),
      ...viewMembers('input', 'inputs', facts.inputs, facts, ' `compute` may overwrite it.'),
      ...viewMembers('output', 'outputs', facts.outputs, facts, ''),
      metaMember(facts, versions),
      { signature: 'compute(): void', doc: `Computes \`${facts.outputs.length === 1 ? 'output' : 'outputs'}\` from what \`${facts.inputs.length === 1 ? 'input' : 'inputs'}\` holds.` },
      { signature: runSignature(facts), doc: runDoc(facts) },
    ])),
    documented('Loads the network. Every call answers another one, with memory of its own.', `export declare function load(${options.length > 0 ? 'options?: LoadOptions' : ''}): Promise<Net>;`),
  ]);
}

function threadedDeclarations(facts: ModuleFacts, options: readonly LoadOption[], versions?: readonly string[]): string {
  return declarationFile(facts, [
    documented('What to use instead of reading it, where the caller has it already, which version of the code, and how many threads.', interfaceText('LoadOptions', options.map(optionMember))),
    documented('A loaded network, with memory of its own. Runs follow each other in the order in which they are asked for.', interfaceText('Net', [
      ...aboutMembers(facts),
      metaMember(facts, versions, true),
      {
        signature: promisedRunSignature(facts),
        doc: promisedRunDoc(facts).replace('\n', '\nThe input is copied at once. Where a thread has ended it rejects, too, and so do later runs: load the network again.\n'),
      },
      { signature: 'close(): void', doc: 'Ends its threads. Runs that are not done reject, and so do later ones.' },
    ])),
    documented('Loads the network. Every call answers another one, with memory and threads of its own.', 'export declare function load(options?: LoadOptions): Promise<Net>;'),
  ]);
}

/** @param declarations What follows the types that every module declares. */
export function declarationFile(facts: ModuleFacts, declarations: readonly string[]): string {
  const { build, labels, numbers, inputs, outputs } = facts;
  const labelDoc = numbers ? 'A number of the output, by its name in the source of the network.' : 'A class, by its name in the source of the network or in the data it was trained on.';
  const label = labels && labels.length > 0 && documented(labelDoc, `export type Label = ${labels.map(quoted).join(' | ')};`);
  const named = [
    ...(inputs.length > 1 ? [documented('What goes in, by name.', interfaceText('Inputs', portMembers(inputs, facts, 'ArrayLike<number>')))] : []),
    ...(outputs.length > 1 ? [documented('What comes out, by name.', interfaceText('Outputs', portMembers(outputs, facts, 'Float32Array')))] : []),
  ];
  return `${[`// Emitted by ssl-compile, build ${build}.`, ...(label ? [label] : []), ...named, ...declarations].join('\n\n')}\n`;
}

function portMembers(ports: readonly PortFacts[], facts: ModuleFacts, type: string): readonly Member[] {
  return ports.map(({ name, shape }) => ({ signature: `readonly ${keyText(name)}: ${type}`, doc: `${countText(shape, facts)}, ${orderName(facts, shape)}.` }));
}

/** Views of the memory of inputs or outputs. */
function viewMembers(one: string, several: string, ports: readonly PortFacts[], { layout }: ModuleFacts, more: string): readonly Member[] {
  const doc = ({ plan }: PortFacts, name: string): string => `The network's own ${name}, ${describePlan(plan, layout)}.${more}`;
  const [first] = ports;
  if (first && ports.length === 1) return [{ signature: `readonly ${one}: Float32Array`, doc: doc(first, one) }];
  return [{ signature: `readonly ${several}: ${byName(ports.map(({ name }) => [name, 'Float32Array']))}`, doc: ports.map((port) => doc(port, `${one} ${port.name}`)).join('\n') }];
}

/** What `run` takes and answers: lists of numbers, or objects of these by name. */
function runTypes({ inputs, outputs }: ModuleFacts): { readonly takes: string; readonly into: string; readonly answers: string } {
  return {
    takes: inputs.length === 1 ? 'ArrayLike<number>' : 'Inputs',
    ...(outputs.length === 1 ? { into: 'Float32Array', answers: 'Float32Array' } : { into: 'Partial<Outputs>', answers: 'Outputs' }),
  };
}

function runSignature(facts: ModuleFacts): string {
  const { takes, into, answers } = runTypes(facts);
  return `run(input: ${takes}, into?: ${into}): ${answers}`;
}

/** Where it answers a promise. */
export function promisedRunSignature(facts: ModuleFacts): string {
  const { takes, into, answers } = runTypes(facts);
  return `run(input: ${takes}, into?: ${into}): Promise<${answers}>`;
}

const normalizationDoc = 'What the network itself does to its input first, (x - mean) / deviation: a number a channel, or one for all.';
const meanImageDoc = 'What the network itself does to its input first, (x - mean) / deviation. The mean, one for each element, lies with the weights; a deviation is a number a channel, or one for all.';

/** Of the interface `Net`: what the network is. */
export function aboutMembers(facts: ModuleFacts): readonly Member[] {
  const { name, batch, inputs, outputs, layout, labels, numbers } = facts;
  const member = (property: string, type: string, doc: string): Member => ({ signature: `readonly ${property}: ${type}`, doc });
  const tuple = (values: readonly (number | string)[]): string => `readonly ${literalText(values)}`;
  const shapeMember = (property: string, ports: readonly PortFacts[]): Member => {
    const [first] = ports;
    if (first && ports.length === 1) return member(property, tuple(first.shape), `Of one sample, ${orderName(facts, first.shape)}.`);
    return member(`${property}s`, byName(ports.map((port) => [port.name, tuple(port.shape)])), 'Of one sample.');
  };
  const normalized = inputs.flatMap(({ name: input, normalization }) => (normalization ? [{ input, normalization }] : []));
  const [first] = normalized;
  const doc = (normalization: Normalization): string => (normalization.mean === 'per_pixel' ? meanImageDoc : normalizationDoc);
  return [
    member('name', quoted(name), 'The network\'s name.'),
    member('build', 'string', 'The build of this module. Its files carry it, and `load` refuses those of another.'),
    member('batch', String(batch), 'Samples a run.'),
    shapeMember('inputShape', inputs),
    shapeMember('outputShape', outputs),
    member('layout', quoted(layout), 'Order of the numbers of an image.'),
    ...(labels ? [member('labels', tuple(labels), numbers ? 'What the numbers of the output are called.' : 'The classes, in the order of the output.')] : []),
    ...(first && inputs.length === 1 ? [member('normalization', typeOfNormalization(first.normalization), doc(first.normalization))] : []),
    ...(first && inputs.length > 1 ? [member('normalizations', byName(normalized.map(({ input, normalization }) => [input, typeOfNormalization(normalization)])), doc(first.normalization))] : []),
  ];
}

/** The type of an object. */
function byName(fields: readonly (readonly [name: string, type: string])[]): string {
  return `{ ${fields.map(([name, type]) => `readonly ${keyText(name)}: ${type};`).join(' ')} }`;
}

/** @param versions Names of the versions of its code, where it has several. @param inThreads Whether it tells on how many threads it runs. */
export function metaMember({ meta }: ModuleFacts, versions?: readonly string[], inThreads = false): Member {
  const type = typeText(meta);
  if (versions && inThreads) {
    return { signature: `readonly meta: ${type} & { readonly runs: ${versions.map(quoted).join(' | ')}; readonly threads: number }`, doc: 'How this module came about, which version of its code runs, and on how many threads.' };
  }
  return versions
    ? { signature: `readonly meta: ${type} & { readonly runs: ${versions.map(quoted).join(' | ')} }`, doc: 'How this module came about, and which version of its code runs.' }
    : { signature: `readonly meta: ${type}`, doc: 'How this module came about.' };
}

function typeOfNormalization({ mean, deviation }: Normalization): string {
  const type = (statistic: readonly number[] | string): string => (typeof statistic === 'string' ? quoted(statistic) : `readonly ${literalText(statistic)}`);
  return `{ readonly mean: ${type(mean)}; readonly deviation: ${type(deviation)}; }`;
}

function orderName({ layout }: ModuleFacts, shape: readonly number[]): string {
  if (shape.length !== 3) return 'in order';
  return layout === 'chw' ? 'channels, rows, columns (CHW)' : 'rows, columns, channels (HWC)';
}

/** Where `run` answers a promise. */
export function promisedRunDoc(facts: ModuleFacts): string {
  return runDoc(facts).replace('Throws a RangeError', 'Rejects with a RangeError').replace(', and nothing else is allocated,', '');
}

export function runDoc(facts: ModuleFacts): string {
  const { inputs, outputs, range } = facts;
  const within = range ? `, from ${range[0]} to ${range[1]}` : '';
  const [input] = inputs;
  const [output] = outputs;
  const takes = input && inputs.length === 1 ? `${countText(input.shape, facts)}, ${orderName(facts, input.shape)}${within}${input.normalization ? '; they are normalized within' : ''}` : `lists of numbers by name${within}`;
  const places = outputs.length === 1 ? 'where the outputs go; a new array, and nothing else is allocated, when absent' : 'where the outputs go; of those that are absent, new arrays';
  const answers = output && outputs.length === 1 ? `${countText(output.shape, facts)}, ${orderName(facts, output.shape)}` : 'lists of numbers by name';
  return [
    'Computes the outputs of inputs. Throws a RangeError where a length is wrong, a TypeError where an element is no number.',
    `@param input ${takes}`,
    `@param into ${places}`,
    `@returns ${answers}`,
  ].join('\n');
}

/** How many numbers a run has of a tensor. */
function countText(shape: readonly number[], { batch }: ModuleFacts): string {
  return `${batch * sizeOf(shape)} numbers: ${[...(batch > 1 ? [batch] : []), ...shape].join(' x ')}`;
}
