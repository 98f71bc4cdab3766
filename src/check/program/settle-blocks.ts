// The blocks of a program, each behind those that it uses: none may use itself, directly or by way of others, and what
// the parameters of one stand for, and how large it is, follows from those that it uses.

import type { Name } from '../../syntax/ast.ts';
import { blockNamed } from './block.ts';
import type { Block } from './block.ts';
import { inferKinds } from './block-kinds.ts';
import { blockDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { leastOfAnyUse } from '../elaborate/least.ts';
import { callsWithin } from './walk.ts';

/** Blocks shown of a cycle. */
const MOST_SHOWN = 8;

interface Use {
  readonly block: Block;
  readonly callee: Name;
}

/** A block whose uses are being followed. */
interface Open {
  readonly block: Block;
  readonly uses: readonly Use[];
  next: number;
}

export function settleBlocks(blocks: readonly Block[], ops: OpRegistry, report: Report): void {
  const settled = new Set<Block>();
  for (const root of blocks) {
    if (settled.has(root)) continue;
    // A stack of our own: a file may chain thousands of blocks.
    const open: Open[] = [opened(root)];
    const inside = new Set([root]);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const use = top.uses[top.next++];
      if (!use) {
        inferKinds(top.block, ops, report);
        top.block.least = leastOfAnyUse(top.block);
        settled.add(top.block);
        inside.delete(top.block);
        open.pop();
      } else if (inside.has(use.block)) {
        refuseCycle(open, use, report);
      } else if (!settled.has(use.block)) {
        open.push(opened(use.block));
        inside.add(use.block);
      }
    }
  }
}

function opened(block: Block): Open {
  return { block, uses: usesOf(block), next: 0 };
}

/** The blocks that a block uses, in any of its branches. */
export function usesOf({ declaration, scope }: Block): readonly Use[] {
  const file = scope();
  return declaration.statements.flatMap(({ value }) =>
    callsWithin(value).flatMap(({ callee }) => {
      const block = blockNamed(callee.text, file);
      return block ? [{ block, callee }] : [];
    }),
  );
}

function refuseCycle(open: readonly Open[], { block, callee }: Use, report: Report): void {
  const cycle = open.slice(open.findIndex((each) => each.block === block)).map((each) => each.block);
  const known = cycle.some(({ recursive }) => recursive);
  for (const each of cycle) each.recursive = true;
  if (known) return;
  const shown = cycle.slice(0, MOST_SHOWN).map((each) => each.declaration.name);
  const related = shown.map(({ text, span }) => ({ message: `\`${text}\` is defined here`, span }));
  report(blockDiagnostics.recursive({ span: callee.span, args: [shown.map(({ text }) => text), cycle.length], related, help: 'a block that held itself would never end; `repeat` does the same several times' }));
}
