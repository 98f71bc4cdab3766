// The declarations of an emitted module: shapes as literal types, and documentation that says how many
// numbers go in and come out, in which order and range.

import { sizeOf } from '../base/tensor.ts';
import { documented, interfaceText } from './documented.ts';
import type { Member } from './documented.ts';
import { literalText, quoted, typeText } from './literal.ts';
import type { ModuleFacts, Normalization } from './module-facts.ts';
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
      { signature: 'readonly input: Float32Array', doc: `The network's own input, ${describePlan(facts.input, facts.layout)}. \`compute\` may overwrite it.` },
      { signature: 'readonly output: Float32Array', doc: `The network's own output, ${describePlan(facts.output, facts.layout)}.` },
      metaMember(facts, versions),
      { signature: 'compute(): void', doc: 'Computes `output` from what `input` holds.' },
      { signature: 'run(input: ArrayLike<number>, into?: Float32Array): Float32Array', doc: runDoc(facts) },
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
        signature: 'run(input: ArrayLike<number>, into?: Float32Array): Promise<Float32Array>',
        doc: promisedRunDoc(facts).replace('\n', '\nThe input is copied at once. Where a thread has ended it rejects, too, and so do later runs: load the network again.\n'),
      },
      { signature: 'close(): void', doc: 'Ends its threads. Runs that are not done reject, and so do later ones.' },
    ])),
    documented('Loads the network. Every call answers another one, with memory and threads of its own.', 'export declare function load(options?: LoadOptions): Promise<Net>;'),
  ]);
}

/** @param declarations What follows the types that every module declares. */
export function declarationFile({ build, labels }: ModuleFacts, declarations: readonly string[]): string {
  const label = labels && labels.length > 0 && documented('A class, by its name in the source of the network or in the data it was trained on.', `export type Label = ${labels.map(quoted).join(' | ')};`);
  return `${[`// Emitted by ssl-compile, build ${build}.`, ...(label ? [label] : []), ...declarations].join('\n\n')}\n`;
}

const normalizationDoc = 'What the network itself does to its input first, (x - mean) / deviation: a number a channel, or one for all.';
const meanImageDoc = 'What the network itself does to its input first, (x - mean) / deviation. The mean, one for each element, lies with the weights; a deviation is a number a channel, or one for all.';

/** Of the interface `Net`: what the network is. */
export function aboutMembers(facts: ModuleFacts): readonly Member[] {
  const { name, batch, inputShape, outputShape, layout, labels, normalization } = facts;
  const member = (property: string, type: string, doc: string): Member => ({ signature: `readonly ${property}: ${type}`, doc });
  const tuple = (values: readonly (number | string)[]): string => `readonly ${literalText(values)}`;
  return [
    member('name', quoted(name), 'The network\'s name.'),
    member('build', 'string', 'The build of this module. Its files carry it, and `load` refuses those of another.'),
    member('batch', String(batch), 'Samples a run.'),
    member('inputShape', tuple(inputShape), `Of one sample, ${orderName(facts, inputShape)}.`),
    member('outputShape', tuple(outputShape), `Of one sample, ${orderName(facts, outputShape)}.`),
    member('layout', quoted(layout), 'Order of the numbers of an image.'),
    ...(labels ? [member('labels', tuple(labels), 'The classes, in the order of the output.')] : []),
    ...(normalization ? [member('normalization', typeOfNormalization(normalization), normalization.mean === 'per_pixel' ? meanImageDoc : normalizationDoc)] : []),
  ];
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
  const { batch, inputShape, outputShape, range, normalization } = facts;
  const count = (shape: readonly number[]): string => `${batch * sizeOf(shape)} numbers: ${[...(batch > 1 ? [batch] : []), ...shape].join(' x ')}`;
  return [
    'Computes the outputs of inputs. Throws a RangeError where a length is wrong, a TypeError where an element is no number.',
    `@param input ${count(inputShape)}, ${orderName(facts, inputShape)}${range ? `, from ${range[0]} to ${range[1]}` : ''}${normalization ? '; they are normalized within' : ''}`,
    '@param into where the outputs go; a new array, and nothing else is allocated, when absent',
    `@returns ${count(outputShape)}, ${orderName(facts, outputShape)}`,
  ].join('\n');
}
