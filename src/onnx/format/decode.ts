// Bytes to messages, by their tables. A field that is there twice is read as protobuf says: of scalars the last one
// counts, messages are merged, lists follow each other. Fields that no table knows are passed over. A known field of
// another wire type, which protobuf would pass over too, is a fault here: nothing of a model is lost unseen.
//
// Strings are taken as UTF-8, with U+FFFD for what is none; byte strings are views of the file.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';
import { caps } from './caps.ts';
import type { AnyField, AnyMessage, AnyTable, NumberArray, Table } from './field.ts';
import { shortened } from './names.ts';
import { countPacked, numberCodes, NumberList } from './number-list.ts';
import { attributeTable, nodeTable, tensorTable } from './tables.ts';
import { WireFault, WireReader, wireTypes } from './wire.ts';

/** A message that is being read, for the place of a fault. */
interface Frame {
  readonly table: AnyTable;
  readonly message: AnyMessage;
  /** Of the field that is being read. */
  key: string;
  /** Among others of its list. */
  index?: number | undefined;
}

type Keyed = readonly [key: string, field: AnyField];
const fieldsOfTables = new WeakMap<AnyTable, ReadonlyMap<number, Keyed>>();

function fieldsByNumber(table: AnyTable): ReadonlyMap<number, Keyed> {
  let fields = fieldsOfTables.get(table);
  if (!fields) fieldsOfTables.set(table, (fields = new Map(Object.entries(table).map((entry) => [entry[1].number, entry]))));
  return fields;
}

/**
 * @param file What a person calls it. Fails with `onnx/truncated`, `onnx/malformed` or `onnx/too-large`.
 * @param root What the message is called in the place of a fault.
 */
export function decodeMessage<M>(bytes: Uint8Array, table: Table<M>, file: string, root: string): M {
  if (bytes.length > caps.bytes) fail(onnxDiagnostics['too-large']({ args: [`bytes of ${file}`, bytes.length, caps.bytes], help: 'put the weights into a file beside it (external data)' }));
  // Not the Buffer of Node that it may be: byte strings of a message are plain arrays everywhere.
  const decoder = new Decoder(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), file, root);
  return decoder.read(table) as M;
}

class Decoder {
  readonly #wire: WireReader;
  readonly #file: string;
  readonly #root: string;
  readonly #frames: Frame[] = [];
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  #parts = 0;
  #numbers = 0;
  /** Messages of tables whose number is limited. */
  readonly #counts = new Map<AnyTable, number>();

  constructor(bytes: Uint8Array, file: string, root: string) {
    this.#wire = new WireReader(bytes);
    this.#file = file;
    this.#root = root;
  }

  read(table: AnyTable): AnyMessage {
    const message: AnyMessage = {};
    try {
      this.#message(table, message, this.#wire.bytes.length);
    } catch (error) {
      if (!(error instanceof WireFault)) throw error;
      const { fault, at, message: why } = error;
      const help = fault === 'truncated' ? 'the file is not whole: download or export it once more' : 'export the model once more';
      throw new DiagnosticError([onnxDiagnostics[fault]({ args: [this.#file, `${this.#place()}, at byte ${at.toLocaleString('en')}`, why], help })]);
    }
    return message;
  }

  #message(table: AnyTable, message: AnyMessage, end: number): void {
    const wire = this.#wire;
    const fields = fieldsByNumber(table);
    const frame: Frame = { table, message, key: '' };
    this.#frames.push(frame);
    if (this.#frames.length > caps.depth) this.#tooLarge('messages in one another', this.#frames.length, caps.depth);
    let lists: Map<string, NumberList> | undefined;
    while (wire.at < end) {
      const { at } = wire;
      wire.varint(end);
      const number = (wire.low >>> 3) + wire.high * 2 ** 29;
      const wireType = wire.low & 7;
      if (number === 0) throw new WireFault('malformed', at, 'a field of number 0');
      const known = fields.get(number);
      if (!known) {
        wire.skip(number, wireType, end, caps.depth);
        continue;
      }
      const [key, field] = known;
      frame.key = key;
      frame.index = undefined;
      if (field.holds === 'numbers') {
        lists ??= new Map();
        let list = lists.get(key);
        if (!list) lists.set(key, (list = new NumberList(numberCodes[field.element], message[key] as NumberArray | undefined)));
        this.#numbersOf(list, field.element, wireType, end, at);
      } else this.#value(frame, field, wireType, end, at);
      frame.key = '';
    }
    // An empty list is none.
    for (const [key, list] of lists ?? []) if (list.length > 0) message[key] = list.end();
    this.#frames.pop();
  }

  #value(frame: Frame, field: Exclude<AnyField, { holds: 'numbers' }>, wireType: number, end: number, at: number): void {
    const { message, key } = frame;
    for (const other of field.excludes ?? []) if (other !== key) delete message[other];
    switch (field.holds) {
      case 'scalar':
        message[key] = this.#scalar(field.scalar, wireType, end, at);
        return;
      case 'scalars': {
        const list = (message[key] ??= []) as unknown[];
        frame.index = list.length;
        list.push(this.#scalar(field.scalar, wireType, end, at));
        return;
      }
      case 'message':
        this.#inner(field.table(), (message[key] ??= {}) as AnyMessage, wireType, end, at);
        return;
      case 'messages': {
        const list = (message[key] ??= []) as AnyMessage[];
        frame.index = list.length;
        const table = field.table();
        if (field.most !== undefined) this.#count(table, key, field.most);
        const inner: AnyMessage = {};
        list.push(inner);
        this.#inner(table, inner, wireType, end, at);
        return;
      }
    }
  }

  #inner(table: AnyTable, message: AnyMessage, wireType: number, end: number, at: number): void {
    this.#part();
    this.#message(table, message, this.#delimited(wireType, end, at));
  }

  #scalar(kind: 'string' | 'text' | 'bytes' | 'int32' | 'int64' | 'float', wireType: number, end: number, at: number): unknown {
    const wire = this.#wire;
    if (kind === 'int32' || kind === 'int64') {
      this.#expect(wireType, wireTypes.varint, at);
      return kind === 'int32' ? wire.int32(end) : wire.int64(end);
    }
    if (kind === 'float') {
      this.#expect(wireType, wireTypes.fixed32, at);
      return wire.float(end);
    }
    this.#part();
    const to = this.#delimited(wireType, end, at);
    const bytes = wire.bytes.subarray(wire.at, to);
    if (kind !== 'bytes') {
      const most = kind === 'string' ? caps.name : caps.text;
      if (bytes.length > most) this.#tooLarge('bytes', bytes.length, most);
    }
    wire.at = to;
    return kind === 'bytes' ? bytes : this.#utf8.decode(bytes);
  }

  #numbersOf(list: NumberList, element: keyof typeof numberCodes, wireType: number, end: number, at: number): void {
    const wire = this.#wire;
    const code = numberCodes[element];
    if (wireType !== wireTypes.length) {
      this.#expect(wireType, code.wireType, at);
      this.#enough(1);
      list.read(1, wire, end);
      return;
    }
    const to = wire.lengthDelimited(end);
    const count = countPacked(code, wire.bytes, wire.at, to);
    this.#enough(count);
    list.read(count, wire, to);
  }

  #delimited(wireType: number, end: number, at: number): number {
    this.#expect(wireType, wireTypes.length, at);
    return this.#wire.lengthDelimited(end);
  }

  #expect(wireType: number, expected: number, at: number): void {
    if (wireType !== expected) throw new WireFault('malformed', at, `a value of wire type ${wireType}, expected ${expected}`);
  }

  #part(): void {
    if (++this.#parts > caps.parts) this.#tooLarge('messages and names of the file', this.#parts, caps.parts);
  }

  #enough(count: number): void {
    this.#numbers += count;
    if (this.#numbers > caps.elements) this.#tooLarge('numbers listed in the file', this.#numbers, caps.elements);
  }

  #count(table: AnyTable, key: string, most: number): void {
    const count = (this.#counts.get(table) ?? 0) + 1;
    this.#counts.set(table, count);
    if (count > most) this.#tooLarge(`messages \`${key}\` of the file`, count, most);
  }

  #tooLarge(what: string, found: number, most: number): never {
    return fail(onnxDiagnostics['too-large']({ args: [`${this.#file}, ${this.#place()}: ${what}`, found, most] }));
  }

  /** `graph.node[3].attribute[0].ints (attribute "pads" of node "conv1")` */
  #place(): string {
    const path = this.#frames.map(({ key, index }) => (index === undefined ? key : `${key}[${index}]`)).filter((part) => part !== '');
    const known = this.#frames.flatMap(nameOf).reverse().join(' of ');
    return `${[this.#root, ...path].join('.')}${known === '' ? '' : ` (${known})`}`;
  }
}

const namedTables: ReadonlyMap<unknown, string> = new Map<unknown, string>([[nodeTable, 'node'], [attributeTable, 'attribute'], [tensorTable, 'tensor']]);

/** What a message is called, as far as it has been read: nodes without a name by their first output. */
function nameOf({ table, message }: Frame): string[] {
  const what = namedTables.get(table);
  if (what === undefined) return [];
  const { name, output } = message as { readonly name?: string; readonly output?: readonly string[] };
  if (name !== undefined && name !== '') return [`${what} ${shortened(name)}`];
  return output?.[0] === undefined ? [] : [`${what} of output ${shortened(output[0])}`];
}
