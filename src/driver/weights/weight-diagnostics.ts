// What can be wrong with weights for a network: where they are, what their tensors are called and hold.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';
import { listed } from '../model/listed.ts';

const fitMessages = {
  'another-network': (file: string, network: string): string => `${file} holds the weights of another network than ${network}`,
  missing: (file: string, parameter: string, shape: string): string => `${file} lacks "${parameter}" of shape ${shape}`,
  unknown: (file: string, tensor: string, network: string): string => `${file} holds "${tensor}", which ${network} does not have`,
  shape: (file: string, tensor: string, found: string, expected: string): string => `${file} holds "${tensor}" of shape ${found}, expected ${expected}`,
  twice: (file: string, first: string, second: string, parameter: string): string => `${file} holds both "${first}" and "${second}", which are names of "${parameter}"`,
  prefixes: (file: string, network: string, prefixes: readonly string[]): string => `${file} holds ${network} several times, behind ${listed(prefixes)}`,
  prefix: (file: string, network: string, prefix: string): string => `the tensors of ${network} in ${file} stand behind "${prefix}", which is left out of their names`,
  unread: (file: string, network: string, tensors: readonly string[]): string =>
    `${file} holds ${tensors.length === 1 ? '1 tensor' : `${tensors.length} tensors`} that ${network} does not read: ${listed(tensors)}`,
  'left-out': (file: string, tensor: string, layer: string, suffix: string): string => `${file} holds "${tensor}", but ${layer} has no ${suffix} to take it`,
  'not-finite': (file: string, tensor: string, place: string, value: string): string => `${file} holds ${value} in "${tensor}"${place}, expected finite numbers`,
  overflow: (file: string, tensor: string, place: string, value: string): string => `${file} holds ${value} in "${tensor}"${place}, more than 32 bits hold`,
  range: (file: string, tensor: string, place: string, value: string, least: number): string => `${file} holds ${value} in "${tensor}"${place}, expected numbers from ${least}`,
  folded: (parameter: string, place: string, value: string): string => `the map behind it makes ${value} of the number in "${parameter}"${place}, more than 32 bits hold`,
  scale: (layer: string, channel: number, scale: string, shift: string): string => `${layer} multiplies channel ${channel} by ${scale} and adds ${shift}, more than 32 bits hold`,
  answers: (layer: string, value: string): string => `${layer} answers a random input with ${value}, more than 32 bits hold`,
  'no-weights': (): string => 'no weights are given',
  'no-run': (path: string, why: string): string => `${path} is no run of training: ${why}`,
};
export const fitDiagnostics: DiagnosticTable<typeof fitMessages> = defineDiagnostics('fit', fitMessages);

const mapMessages = {
  stars: (from: string, to: string): string => `"${to}" has another number of stars than "${from}", expected as many or none`,
  nothing: (file: string, pattern: string): string => `no tensor of ${file} matches "${pattern}"`,
  several: (file: string, tensor: string, first: string, second: string): string => `"${tensor}" of ${file} matches both "${first}" and "${second}"`,
  collision: (file: string, first: string, second: string, name: string): string => `"${first}" and "${second}" of ${file} are both mapped to "${name}"`,
};
export const mapDiagnostics: DiagnosticTable<typeof mapMessages> = defineDiagnostics('map', mapMessages);
