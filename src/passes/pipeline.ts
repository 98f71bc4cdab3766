// The order of passes between a trained network and lowering.

import { invariant } from '../base/invariant.ts';
import type { Program } from '../ir/graph.ts';
import type { OpRegistry } from '../ir/op.ts';
import { verifyGraph } from '../ir/verify.ts';
import { dropBranches } from './drop-branches.ts';
import { dropIdentities } from './drop-identities.ts';
import { eliminate } from './eliminate.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { markSparse } from './mark-sparse.ts';
import type { Pass, Property } from './pass.ts';

/** What every deployed network goes through, compacted or not. */
export const simplification: readonly Pass[] = [dropIdentities, foldBatchNorm];

/** What comes before elimination, which looks at channels alone. */
export const preparation: readonly Pass[] = [...simplification, dropBranches];

/** The road to a compacted network. */
export const compaction: readonly Pass[] = [...preparation, eliminate, markSparse];

export interface PipelineOptions {
  /** Check the graph after every pass: in tests and under `SSL_DEBUG`. */
  readonly verify?: boolean;
  /** Sees the program after each pass (`--dump-after`). */
  readonly onAfter?: (pass: Pass, program: Program) => void;
}

/** @throws InternalError when a pass leaves what is no graph, or runs before what it requires. */
export function runPasses(program: Program, passes: readonly Pass[], ops: OpRegistry, options: PipelineOptions = {}): Program {
  const established = new Set<Property>();
  let current = program;
  for (const pass of passes) {
    const missing = pass.requires.filter((property) => !established.has(property));
    invariant(missing.length === 0, () => `${pass.name} requires ${missing.join(', ')}`);
    current = pass.run(current, { ops });
    for (const property of pass.ensures) established.add(property);
    if (options.verify) verifyGraph(current.graph, ops, pass.name);
    options.onAfter?.(pass, current);
  }
  return current;
}
