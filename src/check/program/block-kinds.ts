// What the parameters of a block stand for, layers or constants: it follows from what its body does with them.

import type { OpRegistry } from '../../ir/op.ts';
import type { Body, CallExpression, Expression, Name } from '../../syntax/ast.ts';
import { argumentKinds } from './argument-kinds.ts';
import type { Block, ParameterKind } from './block.ts';
import { blockDiagnostics, nameDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { allWithin } from './walk.ts';

/** The blocks that it uses have been settled before, but for those that use it. */
export function inferKinds({ declaration, parameters, scope, kinds }: Block, ops: OpRegistry, report: Report): void {
  const file = scope();
  for (const { name } of declaration.parameters) {
    const { text, span } = name;
    const first = parameters.get(text)?.name;
    if (first && first !== name) report(nameDiagnostics.duplicate({ span, args: [text], related: [{ message: 'first defined here', span: first.span }] }));
  }
  const firstUse = new Map<string, Name>();

  const use = (name: Name, kind: ParameterKind): void => {
    const before = kinds.get(name.text);
    if (before === undefined) {
      kinds.set(name.text, kind);
      firstUse.set(name.text, name);
    } else if (before !== kind) {
      const place = firstUse.get(name.text);
      const related = place ? [{ message: `here it is a ${before}`, span: place.span }] : [];
      report(blockDiagnostics['two-kinds']({ span: name.span, args: [name.text, kind, before], related, help: 'give the block two parameters, one for the layer and one for the constant' }));
    }
  };

  /** @param hidden Names that stand for something else here. */
  const follow = (expression: Expression, kind: ParameterKind, hidden: ReadonlySet<string>): void => {
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'boolean':
        return;
      case 'name':
        if (parameters.has(expression.text) && !hidden.has(expression.text)) use(expression, kind);
        return;
      case 'list':
        for (const item of expression.items) follow(item, 'constant', hidden);
        return;
      case 'unary':
        return follow(expression.operand, 'constant', hidden);
      case 'binary':
        follow(expression.left, 'constant', hidden);
        return follow(expression.right, 'constant', hidden);
      case 'call':
        return followCall(expression, hidden);
      case 'if':
        follow(expression.condition, 'constant', hidden);
        followBody(expression.then, kind, hidden);
        return followBody(expression.otherwise, kind, hidden);
      case 'repeat': {
        const { count, index, carried, body } = expression;
        follow(count, 'constant', hidden);
        follow(carried.initial, 'layer', hidden);
        return followBody(body, 'layer', new Set([...hidden, carried.name.text, ...(index ? [index.text] : [])]));
      }
    }
  };

  const followBody = ({ assignments, value }: Body, kind: ParameterKind, hidden: ReadonlySet<string>): void => {
    const names = new Set(hidden);
    for (const assignment of assignments) {
      follow(assignment.value, 'layer', names);
      names.add(assignment.name.text);
    }
    follow(value, kind, names);
  };

  const followCall = (call: CallExpression, hidden: ReadonlySet<string>): void => {
    for (const { value, kind } of argumentKinds(call, file, ops)) {
      if (kind) follow(value, kind, hidden);
      // They are read, whatever they are taken for.
      else for (const name of allWithin(value)) if (name.kind === 'name' && parameters.has(name.text) && !hidden.has(name.text) && !firstUse.has(name.text)) firstUse.set(name.text, name);
    }
  };

  const none: ReadonlySet<string> = new Set();
  for (const parameter of parameters.values()) if (parameter.default) follow(parameter.default, 'constant', none);
  for (const { value } of declaration.statements) follow(value, 'layer', none);
  for (const [text, { name, default: otherwise }] of parameters) {
    if (!firstUse.has(text)) report(blockDiagnostics['unused-parameter']({ span: name.span, args: [declaration.name.text, text], severity: 'warning' }));
    if (otherwise && kinds.get(text) === 'layer') {
      const place = firstUse.get(text);
      const related = place ? [{ message: 'it is read as a layer here', span: place.span }] : [];
      report(blockDiagnostics['layer-default']({ span: otherwise.span, args: [text], related, help: 'only a constant has a default: leave it out, and give the layer with each use' }));
    }
  }
}
