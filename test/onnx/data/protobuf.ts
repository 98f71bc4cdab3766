// What @bufbuild/protobuf reads in a file, in the form of our messages.

import { fileDescriptor } from './schema.ts';

/** As much of the package as is used: it is installed for this suite only. */
interface Protobuf {
  readonly create: (schema: unknown, init: object) => unknown;
  readonly createFileRegistry: (set: unknown) => { readonly getMessage: (name: string) => Description | undefined };
  readonly fromBinary: (description: Description, bytes: Uint8Array) => Message;
  readonly isFieldSet: (message: Message, field: FieldDescription) => boolean;
}
interface Description {
  readonly fields: readonly FieldDescription[];
}
interface FieldDescription {
  readonly localName: string;
  readonly fieldKind: 'scalar' | 'list' | 'message';
  readonly message?: Description;
  readonly oneof?: { readonly localName: string };
}
type Message = Readonly<Record<string, unknown>>;

/** A name that the compiler does not look up. */
const packageName: string = '@bufbuild/protobuf';
const { create, createFileRegistry, fromBinary, isFieldSet } = (await import(packageName)) as Protobuf;
const { FileDescriptorSetSchema, FileDescriptorProtoSchema } = (await import(`${packageName}/wkt`)) as Readonly<Record<string, unknown>>;
const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [create(FileDescriptorProtoSchema, fileDescriptor())] }));

/** Lists of numbers are plain arrays. */
export function readByProtobuf(bytes: Uint8Array, name: 'ModelProto' | 'TensorProto'): Message {
  const description = registry.getMessage(`onnx.${name}`);
  if (!description) throw new Error(`no message ${name}`);
  return plain(fromBinary(description, bytes), description);
}

function plain(message: Message, { fields }: Description): Message {
  return Object.fromEntries(fields.filter((field) => isFieldSet(message, field)).map((field) => [field.localName, valueOf(message, field)]));
}

function valueOf(message: Message, { localName, fieldKind, message: inner, oneof }: FieldDescription): unknown {
  const value = oneof ? (message[oneof.localName] as { readonly value: unknown }).value : message[localName];
  if (!inner) return value;
  return fieldKind === 'list' ? (value as readonly Message[]).map((each) => plain(each, inner)) : plain(value as Message, inner);
}
