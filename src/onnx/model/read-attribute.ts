// Attributes of nodes, by their kinds.

import { fail } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import type { ExternalFiles } from '../format/external.ts';
import type { AttributeProto } from '../format/messages.ts';
import { shortened } from '../format/names.ts';
import { readTensor } from '../format/tensor.ts';
import type { OnnxAttribute } from './model.ts';

interface AttributeKind {
  readonly field: keyof AttributeProto;
  /** @param label What a person calls the attribute. */
  readonly read: (proto: AttributeProto, label: string, external: ExternalFiles | undefined) => OnnxAttribute;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const other = (field: keyof AttributeProto, what: string): AttributeKind => ({ field, read: () => ({ kind: 'other', what }) });

/** By the number of the type. */
const kinds: ReadonlyMap<number, AttributeKind> = new Map<number, AttributeKind>([
  [1, { field: 'f', read: ({ f = 0 }) => ({ kind: 'float', value: f }) }],
  [2, { field: 'i', read: ({ i = 0n }) => ({ kind: 'int', value: i }) }],
  [3, { field: 's', read: ({ s }) => ({ kind: 'string', value: utf8.decode(s ?? new Uint8Array()) }) }],
  [4, { field: 't', read: ({ t = {} }, label, external) => ({ kind: 'tensor', value: readTensor(t, label, external) }) }],
  [5, other('g', 'graph')],
  [6, { field: 'floats', read: ({ floats = [] }) => ({ kind: 'floats', value: [...floats] }) }],
  [7, { field: 'ints', read: ({ ints = [] }) => ({ kind: 'ints', value: [...ints] }) }],
  [8, { field: 'strings', read: ({ strings = [] }) => ({ kind: 'strings', value: strings.map((each) => utf8.decode(each)) }) }],
  [9, other('tensors', 'list of tensors')],
  [10, other('graphs', 'list of graphs')],
  [11, other('sparseTensor', 'sparse tensor')],
  [12, other('sparseTensors', 'list of sparse tensors')],
  [13, other('tp', 'type')],
  [14, other('typeProtos', 'list of types')],
]);

/** @param node The label of its node. Fails with `onnx/attribute`, `onnx/tensor` and others of tensors. */
export function readAttribute(proto: AttributeProto, node: string, external?: ExternalFiles): OnnxAttribute {
  const { name = '', refAttrName = '', type = 0 } = proto;
  const refuse = (why: string): never => fail(onnxDiagnostics.attribute({ args: [node, name, why] }));
  if (refAttrName !== '') refuse('stands for one of a function, outside of any');
  const present = [...kinds.values()].filter(({ field }) => proto[field] !== undefined);
  // Files of the first version of the format say no type: the one field that is there tells.
  const kind = type === 0 && present.length === 1 ? present[0] : kinds.get(type);
  if (!kind) return refuse(type === 0 ? 'does not say of what type it is' : `is of type ${type}, which is not known`);
  const stray = present.find((each) => each !== kind);
  if (stray) refuse(`has a value \`${stray.field}\` beside what its type says`);
  return kind.read(proto, `attribute ${shortened(name)} of ${node}`, external);
}
