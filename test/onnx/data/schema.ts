// The messages of ONNX for another reader of protobuf, written down from their specification on their own: not made from
// our tables, which they are to judge. One field a line: number, type, name; `*` is a list, `+` a packed one.

const schema = `
ModelProto
1 int64 ir_version
8 OperatorSetIdProto* opset_import
2 string producer_name
3 string producer_version
4 string domain
5 int64 model_version
6 string doc_string
7 GraphProto graph
14 StringStringEntryProto* metadata_props
20 TrainingInfoProto* training_info
25 FunctionProto* functions

OperatorSetIdProto
1 string domain
2 int64 version

StringStringEntryProto
1 string key
2 string value

TrainingInfoProto
1 GraphProto initialization
2 GraphProto algorithm
3 StringStringEntryProto* initialization_binding
4 StringStringEntryProto* update_binding

FunctionProto
1 string name
4 string* input
5 string* output
6 string* attribute
11 AttributeProto* attribute_proto
7 NodeProto* node
8 string doc_string
9 OperatorSetIdProto* opset_import
10 string domain
13 string overload
12 ValueInfoProto* value_info
14 StringStringEntryProto* metadata_props

GraphProto
1 NodeProto* node
2 string name
5 TensorProto* initializer
15 SparseTensorProto* sparse_initializer
10 string doc_string
11 ValueInfoProto* input
12 ValueInfoProto* output
13 ValueInfoProto* value_info
14 TensorAnnotation* quantization_annotation
16 StringStringEntryProto* metadata_props

TensorAnnotation
1 string tensor_name
2 StringStringEntryProto* quant_parameter_tensor_names

NodeProto
1 string* input
2 string* output
3 string name
4 string op_type
7 string domain
8 string overload
5 AttributeProto* attribute
6 string doc_string
9 StringStringEntryProto* metadata_props

AttributeProto
1 string name
21 string ref_attr_name
13 string doc_string
20 int32 type
2 float f
3 int64 i
4 bytes s
5 TensorProto t
6 GraphProto g
22 SparseTensorProto sparse_tensor
14 TypeProto tp
7 float* floats
8 int64* ints
9 bytes* strings
10 TensorProto* tensors
11 GraphProto* graphs
23 SparseTensorProto* sparse_tensors
15 TypeProto* type_protos

ValueInfoProto
1 string name
2 TypeProto type
3 string doc_string
4 StringStringEntryProto* metadata_props

TensorProto
1 int64* dims
2 int32 data_type
3 Segment segment
4 float+ float_data
5 int32+ int32_data
6 bytes* string_data
7 int64+ int64_data
8 string name
12 string doc_string
9 bytes raw_data
13 StringStringEntryProto* external_data
14 int32 data_location
10 double+ double_data
11 uint64+ uint64_data
16 StringStringEntryProto* metadata_props

Segment
1 int64 begin
2 int64 end

SparseTensorProto
1 TensorProto values
2 TensorProto indices
3 int64* dims

TypeProto
1 Tensor tensor_type |value
4 Elements sequence_type |value
5 Map map_type |value
9 Elements optional_type |value
8 Tensor sparse_tensor_type |value
7 Opaque opaque_type |value
6 string denotation

Tensor
1 int32 elem_type
2 TensorShapeProto shape

Elements
1 TypeProto elem_type

Map
1 int32 key_type
2 TypeProto value_type

Opaque
1 string domain
2 string name

TensorShapeProto
1 Dimension* dim

Dimension
1 int64 dim_value |value
2 string dim_param |value
3 string denotation
`;

/** Numbers of FieldDescriptorProto.Type. */
const scalarTypes: Readonly<Record<string, number>> = { double: 1, float: 2, int64: 3, uint64: 4, int32: 5, string: 9, bytes: 12 };
const messageType = 11;
const [optional, repeated] = [1, 3];

/** As the fields of a FileDescriptorProto, of `proto2`. */
export function fileDescriptor(): object {
  const messageTypes = schema.trim().split('\n\n').map((block) => {
    const [name, ...lines] = block.split('\n');
    const oneofs = [...new Set(lines.flatMap((line) => line.split('|')[1] ?? []))];
    const field = lines.map((line) => {
      const [, number, type = '', mark, fieldName, oneof] = /^(\d+) (\w+)([*+]?) (\w+)(?: \|(\w+))?$/.exec(line) ?? [];
      const scalar = scalarTypes[type];
      return {
        name: fieldName,
        number: Number(number),
        label: mark === '' ? optional : repeated,
        type: scalar ?? messageType,
        ...(scalar === undefined && { typeName: `.onnx.${type}` }),
        ...(oneof !== undefined && { oneofIndex: oneofs.indexOf(oneof) }),
        ...(mark === '+' && { options: { packed: true } }),
      };
    });
    return { name, field, oneofDecl: oneofs.map((oneof) => ({ name: oneof })) };
  });
  return { name: 'onnx.proto', package: 'onnx', syntax: 'proto2', messageType: messageTypes };
}
