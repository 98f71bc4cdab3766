// A node read by the signature of its operator in the model's opset.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { didYouMean } from '../../base/suggest.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { shortened } from '../format/names.ts';
import type { OnnxAttribute, OnnxModel, OnnxNode } from '../model/model.ts';
import { Attributes } from './attributes.ts';
import { newestOpset, oldestOpset, operatorSignatures, opsetsOf, signatureOf } from './index.ts';
import type { AttributeSpec, Signature, ValueSpec } from './signature.ts';

export interface NodeCall {
  readonly node: OnnxNode;
  readonly op: string;
  /** Of the operator: the opset in which it was changed last, up to the model's. */
  readonly version: number;
  readonly attributes: Attributes;
  /** The name of the value that is given for an input of the signature; undefined where it is left out, or unknown in this version. */
  readonly input: (name: string) => string | undefined;
  /** The name of the value that is made of an output of the signature; undefined where it is left out. */
  readonly output: (name: string) => string | undefined;
}

/** Fails with all that is wrong with the node: `onnx/op`, `onnx/version`, `onnx/attribute`, `onnx/operand`. */
export function readCall(node: OnnxNode, model: Pick<OnnxModel, 'opset' | 'functions'>): NodeCall {
  const { op, label } = node;
  const unknown = unknownOperator(node, model.functions);
  if (unknown) throw new DiagnosticError([unknown]);
  const operator = operatorSignatures.get(op);
  const found = operator && signatureOf(operator, model.opset);
  if (!found) {
    const known = operator ? `${op} is read of opset ${opsetsOf(operator)}` : '';
    const help = `${known}; export with an opset of ${oldestOpset} to ${newestOpset}, or convert the model: \`onnx.version_converter.convert_version(model, 17)\``;
    throw new DiagnosticError([onnxDiagnostics.version({ args: [label, `is of opset ${model.opset}, in which ${op} is not known here`], help })]);
  }
  const { version, signature } = found;
  const faults = [...valueFaults(node, version, signature), ...attributeFaults(node, version, signature)];
  if (faults.length > 0) throw new DiagnosticError(faults);
  return {
    node,
    op,
    version,
    attributes: new Attributes(label, signature, node.attributes),
    input: (name) => nonEmpty(node.inputs[signature.inputs.findIndex((input) => input.name === name)]),
    output: (name) => nonEmpty(node.outputs[signature.outputs.findIndex((output) => output.name === name)]),
  };
}

function nonEmpty(name: string | undefined): string | undefined {
  return name === '' ? undefined : name;
}

const quantized = /^(Quantize|Dequantize|DynamicQuantize|QLinear)|Integer$/;
const controlFlow: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);
const sequences = /Sequence|^Optional/;

function unknownOperator({ op, domain, label }: OnnxNode, functions: ReadonlySet<string>): Diagnostic | undefined {
  const name = domain === '' ? op : `${domain}::${op}`;
  const refuse = (what: string, help: string | undefined): Diagnostic => onnxDiagnostics.op({ args: [label, what], help });
  if (functions.has(name)) return refuse(`${shortened(name)}, a function of the model,`, 'write its nodes in place of the calls: `onnx.inliner.inline_local_functions(model)`');
  if (domain !== '') return refuse(shortened(name), 'only operators of the standard are read: export without optimisations that write operators of their own');
  if (operatorSignatures.has(op)) return undefined;
  if (quantized.test(op)) return refuse(op, 'give the model from before it was quantized');
  if (controlFlow.has(op)) return refuse(`${op}, control flow,`, 'export for inputs of fixed sizes, so that nothing is decided while the model runs; onnxsim may take it away');
  if (sequences.test(op)) return refuse(`${op}, of values that are no tensors,`, 'export for inputs of fixed sizes; onnxsim may take it away');
  return refuse(/^\w{1,64}$/.test(op) ? op : shortened(op), didYouMean(op, operatorSignatures.keys()));
}

function valueFaults(node: OnnxNode, version: number, signature: Signature): readonly Diagnostic[] {
  const fault = (why: string): Diagnostic => onnxDiagnostics.operand({ args: [node.label, why] });
  const judge = (given: readonly string[], specs: readonly ValueSpec[], what: string): readonly Diagnostic[] => {
    const isOpen = specs.at(-1)?.isVariadic ?? false;
    if (given.length > specs.length && !isOpen) return [fault(`has ${given.length} ${what}s, ${node.op} of version ${version} has at most ${specs.length}`)];
    const missing = specs.filter(({ isOptional, isVariadic }, i) => !isOptional && (isVariadic ? given.length <= i : nonEmpty(given[i]) === undefined));
    // Of outputs nobody need read each.
    const hole = isOpen && what === 'input' ? given.findIndex((name, i) => i >= specs.length - 1 && name === '') : -1;
    return [...missing.map(({ name }) => fault(`has no ${what} \`${name}\``)), ...(hole < 0 ? [] : [fault(`leaves out ${what} ${hole}`)])];
  };
  return [...judge(node.inputs, signature.inputs, 'input'), ...judge(node.outputs, signature.outputs, 'output')];
}

const kindNames: Readonly<Record<AttributeSpec['kind'], string>> = {
  float: 'a float', int: 'an integer', string: 'a string', tensor: 'a tensor', floats: 'a list of floats', ints: 'a list of integers', strings: 'a list of strings',
};

function attributeFaults({ attributes, op, label }: OnnxNode, version: number, signature: Signature): readonly Diagnostic[] {
  const fault = (name: string, why: string, help?: string): Diagnostic => onnxDiagnostics.attribute({ args: [label, name, why], help });
  const given = [...attributes].flatMap(([name, attribute]) => {
    const spec = signature.attributes.get(name);
    if (!spec) return [fault(name, `is none of ${op} of version ${version}`, didYouMean(name, signature.attributes.keys()))];
    const why = attributeFault(attribute, spec);
    return why === undefined ? [] : [fault(name, why)];
  });
  const missing = [...signature.attributes].filter(([name, { isRequired }]) => isRequired && !attributes.has(name)).map(([name]) => fault(name, 'is missing'));
  return [...given, ...missing];
}

function attributeFault(attribute: OnnxAttribute, { kind, values }: AttributeSpec): string | undefined {
  if (attribute.kind !== kind) return `is ${attribute.kind === 'other' ? `a ${attribute.what}` : kindNames[attribute.kind]}, expected ${kindNames[kind]}`;
  if (attribute.kind === 'string' && values && !values.includes(attribute.value)) return `is ${shortened(attribute.value)}, expected ${values.join(', ')}`;
  return undefined;
}
