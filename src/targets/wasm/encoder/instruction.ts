// One instruction in binary: opcode, then the immediates of its kind.

import { invariant, present } from '../../../base/invariant.ts';
import type { ByteWriter } from './byte-writer.ts';
import { opcodes } from './opcodes.ts';
import type { ImmediateKind, Immediates, KindOf, Mnemonic } from './opcodes.ts';

interface Instruction {
  readonly kind: ImmediateKind;
  readonly code: number;
  /** Bytes accessed in memory, 0 where none are. */
  readonly access: number;
}

const instructions: ReadonlyMap<string, Instruction> = new Map(
  Object.entries(opcodes).flatMap(([kind, rows]) =>
    Object.entries(rows).map(([mnemonic, row]: [string, number | readonly [number, number]]) => {
      const [code, access] = typeof row === 'number' ? [row, 0] : row;
      return [mnemonic, { kind: kind as ImmediateKind, code, access }];
    }),
  ),
);

type Encoder<K extends ImmediateKind> = (out: ByteWriter, access: number, ...immediates: Immediates[K]) => void;

function memoryArgument(out: ByteWriter, access: number, offset = 0, align = access): void {
  const exponent = 31 - Math.clz32(align);
  invariant(align === 2 ** exponent && align <= access, () => `alignment ${align} of an access of ${access} bytes`);
  out.unsigned(exponent);
  out.unsigned(offset);
}

function byteLane(out: ByteWriter, lane: number, lanes: number): void {
  invariant(Number.isInteger(lane) && lane >= 0 && lane < lanes, () => `lane ${lane} of ${lanes}`);
  out.byte(lane);
}

const encoders: { readonly [K in ImmediateKind]: Encoder<K> } = {
  none: () => {},
  index: (out, _, index) => out.unsigned(index),
  i32: (out, _, value) => out.signed(value),
  f32: (out, _, value) => out.float32(value),
  memory: memoryArgument,
  lane: (out, _, lane) => byteLane(out, lane, 4),
  memoryLane: (out, access, lane, offset, align) => {
    memoryArgument(out, access, offset, align);
    byteLane(out, lane, 16 / access);
  },
  vector: (out, _, value) => {
    invariant(value.byteLength === 16, () => `${value.byteLength} bytes in a v128.const`);
    out.bytes(new Uint8Array(value.buffer, value.byteOffset, 16));
  },
  shuffle: (out, _, lanes) => {
    invariant(lanes.length === 16, () => `${lanes.length} lanes in a shuffle`);
    for (const lane of lanes) byteLane(out, lane, 32);
  },
  memory0: (out) => out.byte(0),
  memory00: (out) => {
    out.byte(0);
    out.byte(0);
  },
};

export function writeInstruction<M extends Mnemonic>(
  out: ByteWriter,
  mnemonic: M,
  ...immediates: Immediates[KindOf<M>]
): void {
  const { kind, code, access } = present(instructions.get(mnemonic), `opcode of ${mnemonic}`);
  if (code > 0xff) {
    out.byte(code >> 16);
    out.unsigned(code & 0xffff);
  } else {
    out.byte(code);
  }
  // `kind` is KindOf<M>, by the construction of `instructions`.
  (encoders[kind] as Encoder<KindOf<M>>)(out, access, ...immediates);
}
