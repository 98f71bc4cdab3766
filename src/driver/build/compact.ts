// The passes between weights and lowering, watched. What they make must fit 32 bits: DiagnosticError `fit/*` if not.

import type { Program } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import type { Pass } from '../../passes/pass.ts';
import { compaction, preparation, runPasses, simplification } from '../../passes/pipeline.ts';
import { checkFolded, checkMaps } from './f32-range.ts';
import { unwatched } from '../model/watch.ts';
import type { Watch } from '../model/watch.ts';

/** The dense network as it is deployed: nothing removed but what computes nothing. */
export function simplify(program: Program, ops: OpRegistry, watch: Watch = unwatched): Program {
  return run(program, simplification, ops, watch);
}

/** What elimination begins with. */
export function prepare(program: Program, ops: OpRegistry): Program {
  return run(program, preparation, ops, unwatched);
}

/** Zero groups removed from shapes. */
export function compact(program: Program, ops: OpRegistry, watch: Watch = unwatched): Program {
  return run(program, compaction, ops, watch);
}

function run(program: Program, passes: readonly Pass[], ops: OpRegistry, watch: Watch): Program {
  let before = program;
  const onAfter = (pass: Pass, after: Program): void => {
    watch.passed(pass.name, after);
    checkFolded(before, after);
    before = after;
  };
  const deployed = runPasses(program, passes, ops, { verify: watch.verify, onAfter });
  checkMaps(deployed, ops);
  return deployed;
}
