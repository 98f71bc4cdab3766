// A rule says what a node becomes, of which at least one operand is a value of the network. One file a family of operators.

import type { NodeReader } from '../node-reader.ts';
import type { ImportedValue } from '../wire.ts';

/** @returns The outputs, in their order. Throws a Refusal where the language has no such thing. */
export type Rule = (node: NodeReader) => ImportedValue | readonly ImportedValue[];

export type Rules = Readonly<Record<string, Rule>>;
