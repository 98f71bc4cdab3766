// Models with the inputs and outputs that lie beside them.

import { readTensorFile } from '../../../src/onnx/format/files.ts';
import type { OnnxModel } from '../../../src/onnx/model/model.ts';
import { readModel } from '../../../src/onnx/model/read-model.ts';
import type { Value } from '../../../src/onnx/reference/value.ts';
import { valueOfTensor } from '../../../src/onnx/reference/value.ts';
import { roundToHalf } from '../../../src/base/half.ts';
import { bytesOf, filesOf } from './files.ts';

export interface Stored {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
}

/** @param path Of the folder, relative to `onnx` of the data. */
export function storedModel(path: string): { readonly model: OnnxModel; readonly sets: readonly Stored[] } {
  const model = readModel(bytesOf(`${path}/model.onnx`), path);
  const tensor = (file: string): Value => valueOfTensor(readTensorFile(bytesOf(file), file));
  const sets = new Set(filesOf(`${path}/test_data_set_*/input_0.pb`).map((file) => file.replace(/\/[^/]*$/, '')));
  // Of single nodes without an input the set has outputs only.
  for (const file of filesOf(`${path}/test_data_set_*/output_0.pb`)) sets.add(file.replace(/\/[^/]*$/, ''));
  return {
    model,
    sets: [...sets].map((set) => ({
      inputs: new Map(model.graph.inputs.map(({ name }, i) => [name, tensor(`${set}/input_${i}.pb`)])),
      outputs: new Map(model.graph.outputs.map(({ name }, i) => {
        // Of the same weights widened: nearer to what is computed than the halves.
        const [wide] = filesOf(`${set}/output_${i}.float32.pb`);
        return [name, tensor(wide ?? `${set}/output_${i}.pb`)];
      })),
    })),
  };
}

/** By how much of the largest element results may differ that were stored in this type. */
const rounding: ReadonlyMap<string, number> = new Map([['float', 1e-6], ['double', 1e-12], ['float16', 0]]);

/**
 * What is wrong with a value that should be the stored one; undefined where nothing is. Integers have to be equal, and halves
 * after they are rounded.
 * @param tolerance Of the largest element, in place of what rounding to the stored type explains.
 */
export function differenceFrom(found: Value | undefined, stored: Value, tolerance: number = rounding.get(stored.type) ?? 0): string | undefined {
  if (!found) return 'is not there';
  const [type, wanted] = [found, stored].map((each) => `${each.kind} [${each.shape.join(', ')}]`);
  if (type !== wanted) return `is ${type}, stored is ${wanted}`;
  if (stored.kind === 'integer' && found.type !== stored.type) return `is ${found.type}, stored is ${stored.type}`;
  let [largest, difference] = [0, 0];
  for (const [i, element] of stored.data.entries()) {
    const other = found.data[i] as number | bigint;
    if (typeof element === 'bigint' || typeof other === 'bigint') {
      if (element !== other) return `element ${i} is ${other}, stored is ${element}`;
      continue;
    }
    const rounded = stored.type === 'float16' ? roundToHalf(other) : other;
    if (Object.is(rounded, element) || (Number.isNaN(rounded) && Number.isNaN(element))) continue;
    if (!Number.isFinite(rounded) || !Number.isFinite(element)) return `element ${i} is ${rounded}, stored is ${element}`;
    largest = Math.max(largest, Math.abs(element));
    difference = Math.max(difference, Math.abs(rounded - element));
  }
  return difference <= tolerance * (largest === 0 ? 1 : largest) ? undefined : `differs by ${difference} of ${largest}`;
}
