// Removes branches that have become constant: whole layers under shortcuts, with all that only they read
// (constant-operands.ts). Removing one may leave another constant, or an affine map to fold.

import type { Program } from '../ir/graph.ts';
import { withoutConstantOperands } from './constant-operands.ts';
import type { Pass } from './pass.ts';

export const dropBranches: Pass = {
  name: 'drop-branches',
  doc: 'removes branches of shortcuts that have become constant, with all their layers',
  requires: ['no-identities', 'affine-folded'],
  ensures: ['no-constant-branches'],
  run: (program, { ops }) => {
    let current = program;
    for (let next: Program | undefined = current; next; next = withoutConstantOperands(current, ops)) current = next;
    return current;
  },
};
