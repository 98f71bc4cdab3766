// What a call takes each of its arguments for: a layer or a constant.

import type { OpRegistry } from '../../ir/op.ts';
import type { CallExpression, Expression } from '../../syntax/ast.ts';
import { blockNamed } from './block.ts';
import type { ParameterKind } from './block.ts';
import { callableNamed, operandNames } from './callable.ts';
import type { CallableParam } from './callable.ts';
import type { FileScope } from './file-scope.ts';

export interface KnownArgument {
  readonly value: Expression;
  /** Undefined of an unknown operation, and where nobody reads it. */
  readonly kind: ParameterKind | undefined;
  /** What a constant is given to. Absent of blocks, and where an operation has no such argument. */
  readonly param?: CallableParam | undefined;
}

/** In the order they are written. */
export function argumentKinds({ callee, arguments: given }: CallExpression, file: FileScope, ops: OpRegistry): readonly KnownArgument[] {
  const block = blockNamed(callee.text, file);
  if (block) {
    const { kinds, declaration: { parameters } } = block;
    return given.map(({ name, value }, position) => ({ value, kind: kinds.get(name?.text ?? parameters[position]?.name.text ?? '') }));
  }
  const callable = callableNamed(callee.text, ops);
  // Which arguments are operands of an unknown operation is unknown; nested calls are operands wherever they stand.
  if (!callable) return given.map(({ value }) => ({ value, kind: value.kind === 'call' ? 'layer' : undefined }));
  const operands = operandNames(callable, given.length);
  return given.map(({ name, value }, position) => {
    if (name ? operands.includes(name.text) : position < operands.length) return { value, kind: 'layer' };
    const param = name ? callable.params.find((each) => each.name === name.text) : callable.params[position - operands.length];
    return { value, kind: 'constant', param };
  });
}
