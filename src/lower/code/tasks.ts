// The functions of a nest: one that takes the task number, or where its loops are cut, one for each kind of share.

import { present } from '../../base/invariant.ts';
import { functionBuilder, type FunctionBuilder, type KernelFunction, type Local, type StageItem, type Stmt } from '../../ir/kernel.ts';
import { inShare, type Shares } from './shares.ts';
import type { Scope } from './scope.ts';

export interface NestFunctions {
  /** Callees first. */
  readonly functions: readonly KernelFunction[];
  /** What computes the nest, in any order. */
  readonly items: readonly StageItem[];
}

/**
 * @param shares None: the loops as they are, in as many tasks as the nest is divided into.
 * @param rootOf The scope outside of all loops.
 * @param loops All of them, or the part of a share, at whose first point the scope is.
 */
export function codeOfTasks<S extends Shares>(name: string, shares: readonly S[], rootOf: (builder: FunctionBuilder, task: Local) => Scope, loops: (root: Scope, share: S | undefined) => readonly Stmt[]): NestFunctions {
  const start = (): { readonly builder: FunctionBuilder; readonly task: Local; readonly root: Scope } => {
    const builder = functionBuilder(['task']);
    const task = present(builder.params[0], 'task');
    return { builder, task, root: rootOf(builder, task) };
  };
  if (shares.length === 0) {
    const { builder, root } = start();
    const entry = builder.finish(name, loops(root, undefined));
    const { nest, task } = root.domain;
    return { functions: [entry], items: [{ entry, tasks: task === undefined ? 1 : present(nest.axes[task], 'task').extent }] };
  }
  const items = shares.map((share, i): StageItem => {
    const { builder, task, root } = start();
    const { top, scope } = inShare(root, share, task);
    return { entry: builder.finish(`${name}_part${i}`, [...top, ...loops(scope, share)]), tasks: share.tasks };
  });
  return { functions: items.map(({ entry }) => entry), items };
}
