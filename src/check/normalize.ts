// `normalize(image, mean = 0.13, deviation = 0.31)`: (x - mean[c]) / deviation[c] on the network's input. It is
// the only reader of the input, so that whoever feeds the network knows what the values mean.

import { present } from '../base/invariant.ts';
import type { Value } from '../ir/graph.ts';
import type { CallExpression, Expression } from '../syntax/ast.ts';
import { bindArguments } from './bind.ts';
import { argumentDiagnostics } from './diagnostics.ts';
import type { NetworkScope } from './network-scope.ts';
import { positives, readValue, reals } from './values.ts';
import type { ValueType } from './values.ts';

export const normalizeName = 'normalize';
const primitive = 'normalize_input';
const signature = {
  names: ['input', 'mean', 'deviation'],
  required: ['input', 'mean', 'deviation'],
  example: 'normalize(image, mean = 0.13, deviation = 0.31)',
};

export function checkNormalize(
  call: CallExpression,
  layer: string,
  scope: NetworkScope,
  checkOperand: (expression: Expression) => Value | undefined,
): Value | undefined {
  const { report, builder } = scope;
  const { values, complete } = bindArguments(call, signature, report);
  const operand = values.get('input');
  const input = operand && checkOperand(operand);
  if (operand && input && builder.nodeOf(input).op !== 'input') return report(argumentDiagnostics['normalize-place']({ span: operand.span, args: [] }));
  const channels = input && present(builder.shapeOf(input)[1], 'channel axis');
  const mean = readChannels(values.get('mean'), 'mean', reals, channels, scope);
  const deviation = readChannels(values.get('deviation'), 'deviation', positives, channels, scope);
  if (!complete || !input || !mean || !deviation) return undefined;
  if (scope.normalized) {
    const related = [{ message: 'first normalized here', span: scope.normalized.span }];
    return report(argumentDiagnostics['normalize-twice']({ span: call.span, args: [scope.inputName], related }));
  }
  const value = builder.one(primitive, [input], { mean, deviation }, { layer, span: call.span });
  scope.normalized = { span: call.span, value, normalization: { mean, deviation } };
  scope.layers.set(layer, { name: layer, op: normalizeName, span: call.span, checked: { value, structures: [] } });
  return value;
}

/** One number a channel; a single number stands for all. */
function readChannels(
  expression: Expression | undefined,
  name: string,
  type: ValueType<readonly number[]>,
  channels: number | undefined,
  scope: NetworkScope,
): readonly number[] | undefined {
  if (!expression) return undefined;
  const list = readValue(expression, type, scope.constants, scope.report, (found, expected) =>
    argumentDiagnostics.value({ span: expression.span, args: [name, found, expected] }),
  );
  if (!list || channels === undefined) return undefined;
  if (list.length === 1) return Array.from({ length: channels }, () => list[0] ?? 0);
  if (list.length === channels) return list;
  return scope.report(argumentDiagnostics['normalize-length']({ span: expression.span, args: [name, list.length, channels] }));
}
