// The body of one WebAssembly function: locals, instructions, and structured control with labels.
//
//   body.loop((again) => {
//     body.emit('local.get', i).emit('i32.const', 1).emit('i32.add').emit('local.tee', i);
//     body.emit('i32.const', 10).emit('i32.lt_s').brIf(again);
//   });

import { invariant } from '../../../base/invariant.ts';
import { ByteWriter } from './byte-writer.ts';
import { writeInstruction } from './instruction.ts';
import type { Immediates, KindOf, Mnemonic } from './opcodes.ts';
import { valueTypeCode } from './types.ts';
import type { FunctionType, ValueType } from './types.ts';

/** The place a branch goes to: the end of a block or an `if`, the start of a loop. */
export interface Label {
  /** Enclosing constructs when it was opened. */
  readonly depth: number;
}

type Construct = 'block' | 'loop' | 'if';
const constructCode: Readonly<Record<Construct, number>> = { block: 0x02, loop: 0x03, if: 0x04 };
const elseCode = 0x05;
const endCode = 0x0b;
const brCode = 0x0c;
const brIfCode = 0x0d;
const brTableCode = 0x0e;
const callCode = 0x10;
const noResult = 0x40;

export class FunctionBody {
  readonly type: FunctionType;
  readonly #code = new ByteWriter(256);
  readonly #locals: ValueType[] = [];
  readonly #open: Label[] = [];

  constructor(type: FunctionType) {
    this.type = type;
  }

  /** Index of parameter `position`, from 0. */
  param(position: number): number {
    invariant(position >= 0 && position < this.type.params.length, () => `parameter ${position} of ${this.type.params.length}`);
    return position;
  }

  /** Index of a new local, zero at first. May be called while the body is written. */
  local(type: ValueType): number {
    this.#locals.push(type);
    return this.type.params.length + this.#locals.length - 1;
  }

  emit<M extends Mnemonic>(mnemonic: M, ...immediates: Immediates[KindOf<M>]): this {
    writeInstruction(this.#code, mnemonic, ...immediates);
    return this;
  }

  /** `write` gets the label of the block's end. */
  block(write: (exit: Label) => void, result?: ValueType): this {
    return this.#construct('block', write, result);
  }

  /** `write` gets the label of the loop's start. */
  loop(write: (again: Label) => void, result?: ValueType): this {
    return this.#construct('loop', write, result);
  }

  /** Takes the condition (i32) from the stack; both arms get the label of the end. */
  if(then: (exit: Label) => void, otherwise?: (exit: Label) => void, result?: ValueType): this {
    const both = (exit: Label): void => {
      then(exit);
      if (!otherwise) return;
      this.#code.byte(elseCode);
      otherwise(exit);
    };
    return this.#construct('if', both, result);
  }

  br(label: Label): this {
    return this.#branch(brCode, label);
  }

  /** Takes the condition (i32) from the stack. */
  brIf(label: Label): this {
    return this.#branch(brIfCode, label);
  }

  /** Takes an index (u32) from the stack; past the last label it goes to `otherwise`. */
  brTable(labels: readonly Label[], otherwise: Label): this {
    this.#code.byte(brTableCode);
    this.#code.unsigned(labels.length);
    for (const label of labels) this.#code.unsigned(this.#distance(label));
    this.#code.unsigned(this.#distance(otherwise));
    return this;
  }

  /** Calls the function of that index in its module. */
  call(functionIndex: number): this {
    this.#code.byte(callCode);
    this.#code.unsigned(functionIndex);
    return this;
  }

  /** The entry of the code section: size, locals in runs of one type, instructions, `end`. */
  writeTo(out: ByteWriter): void {
    invariant(this.#open.length === 0, 'function body with an open construct');
    const runs: { readonly type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const locals = new ByteWriter();
    locals.unsigned(runs.length);
    for (const { type, count } of runs) {
      locals.unsigned(count);
      locals.byte(valueTypeCode[type]);
    }
    out.unsigned(locals.length + this.#code.length + 1);
    out.bytes(locals.view());
    out.bytes(this.#code.view());
    out.byte(endCode);
  }

  #construct(construct: Construct, write: (label: Label) => void, result: ValueType | undefined): this {
    const label: Label = { depth: this.#open.length };
    this.#code.byte(constructCode[construct]);
    this.#code.byte(result === undefined ? noResult : valueTypeCode[result]);
    this.#open.push(label);
    write(label);
    this.#open.pop();
    this.#code.byte(endCode);
    return this;
  }

  #branch(code: number, label: Label): this {
    this.#code.byte(code);
    this.#code.unsigned(this.#distance(label));
    return this;
  }

  /** Constructs between here and the one of `label`, which the binary format counts outwards. */
  #distance(label: Label): number {
    invariant(this.#open[label.depth] === label, 'branch to a label that is not open');
    return this.#open.length - 1 - label.depth;
  }
}
