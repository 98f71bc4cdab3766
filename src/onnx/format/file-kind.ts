// What a file is that is no ONNX model: people hand over what a download or an exporter has left them. Formats are known
// by their first bytes; a .pb of TensorFlow, which is protobuf too, by its fields.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { decodeMessage } from './decode.ts';
import type { AnyTable } from './field.ts';
import type { ModelProto } from './messages.ts';
import { modelTable, tensorTable } from './tables.ts';
import { wireTypes } from './wire.ts';

interface FileKind {
  readonly what: string;
  readonly help: string;
  readonly is: (first: Uint8Array, text: string) => boolean;
}

const beginsWith = (...bytes: readonly number[]) => (first: Uint8Array): boolean => bytes.every((byte, i) => first[i] === byte);
/** A FlatBuffer begins with a small offset of four bytes, and then says what it is. */
const flatBuffer = (word: string) => (first: Uint8Array, text: string): boolean => first[2] === 0 && first[3] === 0 && text.startsWith(word, 4);
const textAt = (offset: number, word: string) => (_: Uint8Array, text: string): boolean => text.startsWith(word, offset);

const toOnnx = 'export the model itself: `torch.onnx.export(model, example, "model.onnx")` in Python';
const wholeNetwork = 'give the file that holds the network';
const fromTensorFlow = 'convert it: `python -m tf2onnx.convert --saved-model FOLDER --output model.onnx` (or --graphdef, --keras, --tflite)';

const kinds: readonly FileKind[] = [
  { what: 'an empty file', help: 'download or export it once more', is: (first) => first.length === 0 },
  {
    what: 'a pointer of Git LFS, which stands for a file that is not here',
    help: 'fetch the file itself: `git lfs pull` in its repository, or download it from the page of the file',
    is: textAt(0, 'version https://git-lfs.github.com/'),
  },
  { what: 'a page of HTML', help: 'download the file itself, not the page that shows it', is: (_, text) => /^\s*<(!doctype\s+html|html|head|\?xml|!--)/i.test(text) },
  {
    what: 'a zip archive, as `torch.save`, `torch.jit.save` and Keras write',
    help: `unpack it if it holds a model.onnx; of a model of PyTorch ${toOnnx}; of its weights alone write safetensors: \`save_file(model.state_dict(), "weights.safetensors")\``,
    is: beginsWith(0x50, 0x4b, 0x03, 0x04),
  },
  { what: 'a Python pickle, as older versions of `torch.save` write', help: `pickles are never read, as they are programs; ${toOnnx}`, is: (first) => first[0] === 0x80 && (first[1] ?? 0) >= 2 && (first[1] ?? 0) <= 5 && /^[\x8a\x95}(c]/.test(String.fromCharCode(first[2] ?? 0)) },
  { what: 'HDF5, as Keras writes', help: fromTensorFlow, is: beginsWith(0x89, 0x48, 0x44, 0x46) },
  { what: 'a model of TensorFlow Lite', help: fromTensorFlow, is: flatBuffer('TFL3') },
  { what: 'a model in the format ORT of ONNX Runtime', help: 'give the .onnx file that it was made from', is: flatBuffer('ORTM') },
  { what: 'compressed (gzip)', help: 'unpack it: `gunzip FILE`', is: beginsWith(0x1f, 0x8b) },
  { what: 'safetensors: weights without a network', help: 'write the network in .ssl and give the file with `--weights`', is: textAt(8, '{"') },
  { what: 'text', help: 'an ONNX model is a binary file, as `torch.onnx.export` writes', is: (first, text) => first.length >= 8 && /^[\t\n\r\x20-\x7e]+$/.test(text) },
];

/** Enough to tell by. */
const read = 512;

/** What is wrong with a file by its beginning, if it cannot be a message of ONNX. */
export function foreignFile(bytes: Uint8Array, file: string): Diagnostic | undefined {
  const first = bytes.subarray(0, read);
  const text = new TextDecoder('latin1').decode(first);
  const kind = kinds.find(({ is }) => is(first, text));
  return kind && onnxDiagnostics['not-a-model']({ args: [file, kind.what], help: kind.help });
}

/** What is wrong with a file of which no model could be read: the first field of a GraphDef of TensorFlow is a node. */
export function foreignMessage(bytes: Uint8Array, file: string): Diagnostic | undefined {
  const refuse = (what: string, help: string): Diagnostic => onnxDiagnostics['not-a-model']({ args: [file, what], help });
  if (bytes[0] === 0x0a) return refuse('a frozen graph of TensorFlow, or another message of protobuf', fromTensorFlow);
  // Version 1, then a MetaGraphDef, whose first field is a message.
  if (bytes[0] === 0x08 && bytes[1] === 0x01 && bytes[2] === 0x12 && bytes[afterLength(bytes, 3)] === 0x0a) return refuse('a SavedModel of TensorFlow', fromTensorFlow);
  if (isTensor(bytes, file)) return refuse('a single tensor, as the data of tests lies beside models', wholeNetwork);
  return firstTags.has(bytes[0] ?? 0) ? undefined : refuse('a file of another kind', wholeNetwork);
}

/** The bytes that may begin a model: tags of its fields of number 15 or less. */
const firstTags: ReadonlySet<number> = new Set(Object.values(modelTable as AnyTable).map(({ number, ...field }) => number * 8 + (field.holds === 'scalar' && field.scalar === 'int64' ? wireTypes.varint : wireTypes.length)));

function isTensor(bytes: Uint8Array, file: string): boolean {
  try {
    const { dataType = 0 } = decodeMessage(bytes, tensorTable, file, 'tensor');
    return dataType > 0;
  } catch (error) {
    if (error instanceof DiagnosticError) return false;
    throw error;
  }
}

/** What is wrong with a message that has no graph. */
export function withoutGraph({ producerName, irVersion }: ModelProto, file: string): Diagnostic {
  const what = irVersion === undefined ? 'another message of protobuf' : `a model without a graph${producerName === undefined ? '' : `, by ${JSON.stringify(producerName)}`}`;
  return onnxDiagnostics['not-a-model']({ args: [file, what], help: wholeNetwork });
}

function afterLength(bytes: Uint8Array, at: number): number {
  let end = at;
  while ((bytes[end] ?? 0) >= 0x80 && end < at + 10) end++;
  return end + 1;
}
