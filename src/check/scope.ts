// What the statements of a network share while they are elaborated.

import type { Span } from '../base/span.ts';
import type { OpRegistry } from '../ir/op.ts';
import type { ConstantScope } from './constants.ts';
import type { Report } from './diagnostics.ts';
import type { Instance, Wire } from './instance.ts';
import type { LayerNames } from './layer-names.ts';
import type { Cycles, Written } from './references.ts';
import type { SymbolTable } from './symbols.ts';

/** What a name of the network stands for. */
export interface Binding {
  readonly span: Span;
  /** Absent: its definition has been reported, and what reads it is silent. */
  readonly wire?: Wire;
}

export interface Scope {
  readonly ops: OpRegistry;
  readonly constants: ConstantScope;
  readonly report: Report;
  readonly symbols: SymbolTable;
  readonly bindings: Map<string, Binding>;
  /** What is assigned anywhere, so that a name that is read too soon is told from one that is not known. */
  readonly written: ReadonlyMap<string, Written>;
  readonly cycles: Cycles;
  readonly names: LayerNames;
  /** So far. */
  readonly instances: Instance[];
}
