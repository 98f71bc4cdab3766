// The declarations of an emitted module: shapes as literal types, and documentation that says how many
// numbers go in and come out, in which order and range.

import type * as TsMorph from 'ts-morph';
import { sizeOf } from '../base/tensor.ts';
import { literalText, quoted, typeText } from './literal.ts';
import type { ModuleFacts, Normalization } from './module-facts.ts';
import { morphProject } from './morph-project.ts';
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
export function optionProperty({ name, type, doc }: LoadOption): Property & { readonly hasQuestionToken: true } {
  return { name, type, isReadonly: true, hasQuestionToken: true, docs: [doc] };
}

/** @param versions Names of the versions of its code, where it has several. */
export function declarationsText(morph: typeof TsMorph, facts: ModuleFacts, options: readonly LoadOption[], versions?: readonly string[]): string {
  const file = morphProject(morph).createSourceFile('module.d.ts', `${declarationsHeader(facts)}\n\n`);
  const { labels } = facts;
  if (labels && labels.length > 0) {
    file.addTypeAlias({ name: 'Label', isExported: true, type: labels.map(quoted).join(' | '), docs: [labelDoc] });
  }
  if (options.length > 0) {
    file.addInterface({
      name: 'LoadOptions',
      isExported: true,
      docs: [`What to use instead of reading it, where the caller has it already${options.every(({ isFile }) => isFile) ? '' : ', and which version of the code'}.`],
      properties: options.map(optionProperty),
    });
  }
  file.addInterface({
    name: 'Net',
    isExported: true,
    docs: ['A loaded network. It computes synchronously in memory of its own; where several threads compute, each loads\nits own.'],
    properties: propertiesOf(facts, versions),
    methods: [
      { name: 'compute', returnType: 'void', docs: ['Computes `output` from what `input` holds.'] },
      {
        name: 'run',
        parameters: [{ name: 'input', type: 'ArrayLike<number>' }, { name: 'into', type: 'Float32Array', hasQuestionToken: true }],
        returnType: 'Float32Array',
        docs: [runDoc(facts)],
      },
    ],
  });
  file.addFunction({
    name: 'load',
    isExported: true,
    hasDeclareKeyword: true,
    parameters: options.length > 0 ? [{ name: 'options', type: 'LoadOptions', hasQuestionToken: true }] : [],
    returnType: 'Promise<Net>',
    docs: ['Loads the network. Every call answers another one, with memory of its own.'],
  });
  return `${file.getFullText().trimEnd()}\n`;
}

/** Of the type `Label`. */
export const labelDoc: string = 'A class, by its name in the source of the network or in the data it was trained on.';

export function declarationsHeader({ build }: ModuleFacts): string {
  return `// Emitted by ssl-compile, build ${build}.`;
}

const normalizationDoc = 'What the network itself does to its input first, (x - mean) / deviation: a number a channel, or one for all.';
const meanImageDoc = 'What the network itself does to its input first, (x - mean) / deviation. The mean, one for each element, lies with the weights; a deviation is a number a channel, or one for all.';

export interface Property {
  readonly name: string;
  readonly type: string;
  readonly isReadonly: true;
  readonly docs: string[];
}

export function propertiesOf(facts: ModuleFacts, versions?: readonly string[]): Property[] {
  const property = (name: string, type: string, doc: string): Property => ({ name, type, isReadonly: true, docs: [doc] });
  const tuple = (values: readonly (number | string)[]): string => `readonly ${literalText(values)}`;
  return [
    property('name', quoted(facts.name), 'The network\'s name.'),
    property('build', 'string', 'The build of this module. Its files carry it, and `load` refuses those of another.'),
    property('batch', String(facts.batch), 'Samples a run.'),
    property('inputShape', tuple(facts.inputShape), `Of one sample, ${orderName(facts, facts.inputShape)}.`),
    property('outputShape', tuple(facts.outputShape), `Of one sample, ${orderName(facts, facts.outputShape)}.`),
    property('layout', quoted(facts.layout), 'Order of the numbers of an image.'),
    ...(facts.labels ? [property('labels', tuple(facts.labels), 'The classes, in the order of the output.')] : []),
    ...(facts.normalization ? [property('normalization', typeOfNormalization(facts.normalization), facts.normalization.mean === 'per_pixel' ? meanImageDoc : normalizationDoc)] : []),
    property('input', 'Float32Array', `The network's own input, ${describePlan(facts.input, facts.layout)}. \`compute\` may overwrite it.`),
    property('output', 'Float32Array', `The network's own output, ${describePlan(facts.output, facts.layout)}.`),
    versions
      ? property('meta', `${typeText(facts.meta)} & { readonly runs: ${versions.map(quoted).join(' | ')} }`, 'How this module came about, and which version of its code runs.')
      : property('meta', typeText(facts.meta), 'How this module came about.'),
  ];
}

function typeOfNormalization({ mean, deviation }: Normalization): string {
  const type = (statistic: readonly number[] | string): string => (typeof statistic === 'string' ? quoted(statistic) : `readonly ${literalText(statistic)}`);
  return `{ readonly mean: ${type(mean)}; readonly deviation: ${type(deviation)}; }`;
}

function orderName({ layout }: ModuleFacts, shape: readonly number[]): string {
  if (shape.length !== 3) return 'in order';
  return layout === 'chw' ? 'channels, rows, columns (CHW)' : 'rows, columns, channels (HWC)';
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
