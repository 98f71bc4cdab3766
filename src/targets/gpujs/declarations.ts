// The declarations of a module for gpu.js. They name no type of gpu.js, so an app type-checks without it.

import type * as TsMorph from 'ts-morph';
import { declarationsHeader, labelDoc, optionProperty, propertiesOf, runDoc, weightsOption } from '../../emit/declarations.ts';
import { quoted } from '../../emit/literal.ts';
import type { ModuleFacts } from '../../emit/module-facts.ts';
import { morphProject } from '../../emit/morph-project.ts';

const modes = ['webgpu', 'webgl2', 'webgl', 'headlessgl', 'webasm', 'cpu'];

export function gpujsDeclarations(morph: typeof TsMorph, facts: ModuleFacts, weightsBeside: boolean): string {
  const file = morphProject(morph).createSourceFile('module.d.ts', `${declarationsHeader(facts)}\n\n`);
  if (facts.labels && facts.labels.length > 0) {
    file.addTypeAlias({ name: 'Label', isExported: true, type: facts.labels.map(quoted).join(' | '), docs: [labelDoc] });
  }
  file.addTypeAlias({ name: 'Mode', isExported: true, type: modes.map(quoted).join(' | '), docs: ['Where gpu.js computes. Its mode `cpu` needs a page that allows `new Function`.'] });
  file.addInterface({
    name: 'LoadOptions',
    isExported: true,
    properties: [
      { name: 'GPU', isReadonly: true, type: 'new (settings: { mode: Mode }) => object', docs: ['The class `GPU` of the app\'s own gpu.js (2.24 or later).'] },
      { name: 'mode', isReadonly: true, type: 'Mode', docs: ['What cannot compute the network is refused; there is no silent change to another mode.'] },
      ...(weightsBeside ? [optionProperty(weightsOption)] : []),
    ],
  });
  file.addInterface({
    name: 'Net',
    isExported: true,
    docs: ['A loaded network: one pipeline of kernels, whose intermediate values stay on the device.'],
    properties: [
      ...propertiesOf(facts).filter(({ name }) => name !== 'input' && name !== 'output'),
      { name: 'mode', isReadonly: true, type: 'Mode', docs: ['Where it computes.'] },
    ],
    methods: [
      {
        name: 'run',
        parameters: [{ name: 'input', type: 'ArrayLike<number>' }, { name: 'into', type: 'Float32Array', hasQuestionToken: true }],
        returnType: 'Promise<Float32Array>',
        docs: [runDoc(facts).replace('Throws a RangeError', 'Rejects with a RangeError').replace(', and nothing else is allocated,', '')],
      },
      { name: 'destroy', returnType: 'Promise<void>', docs: ['Frees what the network holds on the device. It cannot run after that.'] },
    ],
  });
  file.addFunction({
    name: 'load',
    isExported: true,
    hasDeclareKeyword: true,
    parameters: [{ name: 'options', type: 'LoadOptions' }],
    returnType: 'Promise<Net>',
    docs: ['Compiles the kernels of the network and runs them once.'],
  });
  return `${file.getFullText().trimEnd()}\n`;
}
