// All operators that are known, and which signature one has in a version of the standard.

import { layerSignatures } from './layers.ts';
import { pointwiseSignatures } from './pointwise.ts';
import { shapeSignatures } from './shapes.ts';
import type { OperatorSignatures, Signature } from './signature.ts';

export const operatorSignatures: ReadonlyMap<string, OperatorSignatures> = new Map(Object.entries({ ...pointwiseSignatures, ...layerSignatures, ...shapeSignatures }));

/** Opsets of which models are read. Single operators may be younger, or read of opset 6 as well. */
export const oldestOpset = 7;
export const newestOpset = 25;

export interface VersionedSignature {
  /** Of the operator: the opset in which it was changed last, up to the model's. */
  readonly version: number;
  readonly signature: Signature;
}

/** Undefined where the operator is none of the opset, or where it is one that is not read. */
export function signatureOf({ oldest, newest = newestOpset, signatures }: OperatorSignatures, opset: number): VersionedSignature | undefined {
  if (opset < oldest || opset > newest) return undefined;
  const found = signatures.flatMap((signature) => signature.since.map((version) => ({ version, signature })));
  return found.findLast(({ version }) => version <= opset);
}

/** `7 to 25`: opsets of which an operator is read. */
export function opsetsOf({ oldest, newest = newestOpset, signatures }: OperatorSignatures): string {
  return `${Math.max(oldest, signatures[0]?.since[0] ?? oldest)} to ${newest}`;
}
