// A safetensors file in memory, for tests that need one whole.

import type { Tensor } from '../src/base/tensor.ts';
import { encodeSafetensors } from '../src/engine/safetensors.ts';

export function safetensorsFile(tensors: ReadonlyMap<string, Tensor>, metadata?: ReadonlyMap<string, string>): Uint8Array {
  return new Uint8Array(Buffer.concat(encodeSafetensors(tensors, metadata)));
}
