// A model with something in every field that we know, for round trips and damage.

import type { ModelProto, TensorProto } from '../../../src/onnx/format/messages.ts';
import { floats, ints, node, value } from '../build.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const raw: TensorProto = { name: 'raw', dataType: 1, dims: BigInt64Array.of(2n), rawData: new Uint8Array(Float32Array.of(1.5, -2).buffer), docString: 'as bytes', metadataProps: [{ key: 'k', value: 'v' }] };

export const everything: ModelProto = {
  irVersion: 9n,
  producerName: 'a test',
  producerVersion: '1',
  domain: 'org.example',
  modelVersion: -1n,
  docString: 'Über alles \u{1F600}',
  opsetImport: [{ version: 17n }, { domain: 'ai.onnx.ml', version: 3n }],
  metadataProps: [{ key: 'author', value: 'nobody' }, { key: '', value: '' }],
  graph: {
    name: 'net',
    docString: 'a graph',
    metadataProps: [{ key: 'a', value: 'b' }],
    input: [value('x', ['N', 2]), value('raw', [2])],
    output: [{ ...value('y', ['N', 2]), docString: 'an output', metadataProps: [{ key: 'a', value: 'b' }] }],
    valueInfo: [
      value('h', [3, 2]),
      { name: 'list', type: { sequenceType: { elemType: { tensorType: { elemType: 7 } } }, denotation: 'TENSOR' } },
      { name: 'map', type: { mapType: { keyType: 7, valueType: { tensorType: { elemType: 1, shape: {} } } } } },
      { name: 'maybe', type: { optionalType: { elemType: { sparseTensorType: { elemType: 1, shape: { dim: [{ denotation: 'DATA_BATCH' }] } } } } } },
      { name: 'opaque', type: { opaqueType: { domain: 'd', name: 'n' } } },
    ],
    initializer: [
      raw,
      floats('floats', [2, 1], [0.1, -0]),
      ints('ints', [3], [0, -1, 2n ** 63n - 1n]),
      { name: 'doubles', dataType: 11, doubleData: Float64Array.of(Math.PI) },
      { name: 'unsigned', dataType: 13, dims: BigInt64Array.of(2n), uint64Data: BigUint64Array.of(2n ** 64n - 1n, 1n) },
      { name: 'small', dataType: 3, dims: BigInt64Array.of(3n), int32Data: Int32Array.of(-128, 127, 0) },
      { name: 'none', dataType: 1, dims: BigInt64Array.of(0n, 4n) },
    ],
    quantizationAnnotation: [{ tensorName: 'x', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 'floats' }] }],
    sparseInitializer: [{ values: floats('sparse', [1], [2]), indices: ints('', [1], [5]), dims: BigInt64Array.of(9n) }],
    node: [
      { ...node('Add', ['x', 'raw'], ['h'], {}, 'sum'), docString: 'adds', metadataProps: [{ key: 'a', value: 'b' }], overload: '' },
      {
        ...node('Odd', ['h', '', 'floats'], ['y', ''], { an_int: -3, ints: [1, -2], float: { float: 0.25 }, floats: { floats: [1, 2] }, text: 'é', texts: ['a', ''], tensor: raw }),
        domain: 'ai.onnx.ml',
      },
      {
        opType: 'If',
        input: ['c'],
        output: ['z'],
        attribute: [
          { name: 'then_branch', type: 5, g: { name: 'inner', node: [node('Identity', ['x'], ['i'])] }, docString: 'a branch' },
          { name: 'graphs', type: 10, graphs: [{ name: 'g' }] },
          { name: 'tensors', type: 9, tensors: [raw, floats('', [], [1])] },
          { name: 'sparse', type: 11, sparseTensor: { dims: BigInt64Array.of(2n) } },
          { name: 'sparses', type: 12, sparseTensors: [{ dims: BigInt64Array.of(2n) }] },
          { name: 'type', type: 13, tp: { tensorType: { elemType: 1 } } },
          { name: 'types', type: 14, typeProtos: [{ denotation: 'd' }] },
          { name: 'reference', refAttrName: 'other', type: 2 },
          { name: 'bytes', type: 3, s: bytes(0, 255) },
        ],
      },
    ],
  },
  trainingInfo: [{ initialization: { name: 'init' }, algorithm: { name: 'step' }, initializationBinding: [{ key: 'a', value: 'b' }], updateBinding: [{ key: 'c', value: 'd' }] }],
  functions: [
    {
      name: 'twice', domain: 'local', overload: 'o', input: ['a'], output: ['b'], attribute: ['k'], attributeProto: [{ name: 'j', type: 2, i: 1n }], docString: 'doubles',
      node: [node('Add', ['a', 'a'], ['b'])], opsetImport: [{ version: 17n }], valueInfo: [value('b', [1])], metadataProps: [{ key: 'a', value: 'b' }],
    },
  ],
};
