// Every operator of the compiler, by name.

import type { Op, OpRegistry } from '../ir/op.ts';
import { channelSums } from './channel-sums.ts';
import { constantOp } from './constant.ts';
import { conv } from './conv.ts';
import { convGradInput } from './conv-grad-input.ts';
import { convGradWeight } from './conv-grad-weight.ts';
import { inputOp } from './input.ts';
import { parameterOp } from './parameter.ts';
import { sumShards } from './sum-shards.ts';

const all: readonly Op[] = [
  inputOp,
  parameterOp,
  constantOp,
  conv,
  convGradInput,
  convGradWeight,
  channelSums,
  sumShards,
];

export const ops: OpRegistry = new Map(all.map((op) => [op.name, op]));
