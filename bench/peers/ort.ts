// What onnxruntime-web and onnxruntime-node share: an ONNX model of the program.

import { createRequire } from 'node:module';
import type { Program } from '../../src/ir/graph.ts';
import { ONNX_INPUT, writeOnnx } from '../onnx/write-onnx.ts';
import { plainNetwork } from '../plain-network.ts';
import type { Ort, OrtParts } from './ort-run.ts';

/**
 * Both packages. They register a backend called `cpu` in one registry, where the first to come stays: the
 * native one has to, or both would run in WASM.
 */
export function loadOrts(): { readonly node: Ort; readonly web: Ort } {
  // Required when used, since the peers are installed only on demand and have no place in our types.
  const require = createRequire(import.meta.url);
  const node = require('onnxruntime-node') as Ort;
  return { node, web: require('onnxruntime-web') as Ort };
}

export function ortParts(program: Program, input: Float32Array): OrtParts {
  const network = plainNetwork(program);
  const { bytes, output } = writeOnnx(network);
  return { model: bytes, names: [ONNX_INPUT, output], shape: [1, ...network.input], input };
}
