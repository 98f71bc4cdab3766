// What can be wrong with a file of weights, with files that samples are read from, and with a run of training that
// cannot go on.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';

const weightsMessages = {
  truncated: (file: string, found: number, expected: number): string => `${file} is truncated: found ${found} bytes, expected ${expected}`,
  corrupt: (file: string, found: string, expected: string): string => `${file} is no safetensors file: found ${found}, expected ${expected}`,
  'too-large': (file: string, what: string, found: number, limit: number): string => `${file} is too large: found ${what} ${found}, the limit is ${limit}`,
  format: (file: string, what: string): string => `${file} is ${what}, expected a safetensors file`,
  repeated: (file: string, key: string): string => `${file} is no safetensors file: its header holds "${key}" twice`,
  type: (file: string, tensor: string, found: string, expected: string): string => `${file} holds "${tensor}" as ${found}, expected ${expected}`,
};

export const weightsDiagnostics: DiagnosticTable<typeof weightsMessages> = defineDiagnostics('weights', weightsMessages);

const sampleMessages = {
  changed: (file: string, what: string): string => `${file} is not as it was when the data set was read: ${what}`,
};

export const sampleDiagnostics: DiagnosticTable<typeof sampleMessages> = defineDiagnostics('data', sampleMessages);

const trainingMessages = {
  diverged: (step: number, phase: string, where: string): string => `training diverged at step ${step} (${phase}): ${where}`,
  'too-much-memory': (network: string, bytes: number, limit: number): string =>
    `training ${network} needs ${bytes} bytes of memory, the limit is ${limit}`,
  'no-memory': (network: string, bytes: number): string => `training ${network} needs ${bytes} bytes of memory, more than this machine gives`,
};

export const trainingDiagnostics: DiagnosticTable<typeof trainingMessages> = defineDiagnostics('train', trainingMessages);
