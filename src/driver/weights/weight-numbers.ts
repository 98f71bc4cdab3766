// The numbers of weights, which kernels hold in 32 bits.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { stridesOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { typeFault } from '../../engine/safetensors-elements.ts';
import type { ParameterData } from '../../ir/graph.ts';
import type { Parameter } from '../../ir/network.ts';
import type { TensorSource } from './tensor-source.ts';
import { fitDiagnostics } from './weight-diagnostics.ts';

/**
 * In float64, by parameter name.
 * @throws DiagnosticError `fit/not-finite`, `fit/overflow`, `fit/range` for each parameter that holds such a number,
 * `weights/type`
 */
export function readNumbers(source: TensorSource, fitting: readonly (readonly [Parameter, string])[]): ReadonlyMap<string, ParameterData> {
  // By the header, before anything is read.
  const faults: Diagnostic[] = fitting.flatMap(([, tensor]) => typeFault(present(source.tensors.get(tensor), tensor).type, tensor, source.name) ?? []);
  if (faults.length > 0) throw new DiagnosticError(faults);
  const parameters = new Map<string, ParameterData>();
  for (const [parameter, tensor] of fitting) {
    const data = new Float64Array(source.read(tensor).data);
    const at = firstBad(data, parameter);
    if (at >= 0) faults.push(faultAt(at, data[at] ?? NaN, source, parameter, tensor));
    parameters.set(parameter.name, { shape: parameter.shape, data });
  }
  if (faults.length > 0) throw new DiagnosticError(faults);
  return parameters;
}

/** Where the first number is that 32 bits do not hold, or that is too small for its parameter; -1: all are good. */
function firstBad(data: Float64Array, { least = -Infinity }: Parameter): number {
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (!(Number.isFinite(Math.fround(value)) && value >= least)) return i;
  }
  return -1;
}

/** What is wrong with the first bad number of a tensor. */
function faultAt(at: number, value: number, { name: file, tensors }: TensorSource, { shape, least = -Infinity }: Parameter, tensor: string): Diagnostic {
  const place = placeIn(shape, at);
  if (!Number.isFinite(value)) {
    const half = present(tensors.get(tensor), tensor).type === 'F16';
    const help = half ? 'half precision ends at 65504: store the weights in 32 bits (F32), or take weights from before training diverged' : 'the training has diverged: take weights from before';
    return fitDiagnostics['not-finite']({ args: [file, tensor, place, String(value)], help });
  }
  if (value >= least) {
    return fitDiagnostics.overflow({ args: [file, tensor, place, String(value)], help: `modules compute in 32 bits, which end at ${largest}: take weights that a training in 32 bits has made` });
  }
  return fitDiagnostics.range({ args: [file, tensor, place, String(value), least], help: 'it is not what it is called: see that names and tensors were not mixed up when the file was written' });
}

/** Of float32, as a person reads it. */
export const largest = '3.4e38';

/** ` at [0, 2, 1, 1]`; nothing of a scalar. */
export function placeIn(shape: Shape, at: number): string {
  if (shape.length === 0) return '';
  const strides = stridesOf(shape);
  const place = strides.map((stride, d) => Math.floor(at / stride) % (shape[d] ?? 1));
  return ` at [${place.join(', ')}]`;
}
