// What LiteRT is given of a program: a model of TensorFlow Lite.

import { present } from '../../src/base/invariant.ts';
import type { Program } from '../../src/ir/graph.ts';
import { transposed } from '../layouts.ts';
import { plainNetwork } from '../plain-network.ts';
import { writeTflite } from '../tflite/write-tflite.ts';
import type { LiteRtParts } from './litert-run.ts';

/** @param input CHW. */
export function liteRtParts(program: Program, input: Float32Array): LiteRtParts {
  const network = plainNetwork(program);
  const [channels, rows, columns] = network.input;
  const [, outRows, outColumns] = present(network.layers.at(-1), 'layer').shape;
  return { model: writeTflite(network), shape: [1, rows, columns, channels], input: transposed(input, channels), area: outRows * outColumns };
}
