// A block as its uses know it.

import type { BlockDeclaration, BlockParameter } from '../../syntax/ast.ts';
import type { Least } from '../elaborate/fixed.ts';
import type { FileScope } from './file-scope.ts';

export type ParameterKind = 'layer' | 'constant';

export interface Block {
  readonly declaration: BlockDeclaration;
  /** The first of each name. */
  readonly parameters: ReadonlyMap<string, BlockParameter>;
  /** The file that it stands in. */
  readonly scope: () => FileScope;
  /** What its body takes each parameter for; those that it never reads are missing. Known once blocks are settled. */
  readonly kinds: Map<string, ParameterKind>;
  /** It uses itself, which has been reported: its uses are silent. Known once blocks are settled. */
  recursive: boolean;
  /** What a use of it comes to at least. Known once blocks are settled. */
  least: Least;
}

/** The block that a file calls by this name. */
export function blockNamed(name: string, { names }: FileScope): Block | undefined {
  const found = names.get(name);
  return found?.kind === 'block' ? found.block : undefined;
}
