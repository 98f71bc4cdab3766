// `lasso filters of conv1, conv2 times 0.5 strength 5e-3 weighting one`: penalties and how strong they are.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { LassoPenalty } from '../../ir/network.ts';
import type { Expression, LassoStatement, LayerPattern } from '../../syntax/ast.ts';
import { sparsityDiagnostics } from '../diagnostics.ts';
import { bindSettings } from '../values/bind.ts';
import { choose } from '../values/choice.ts';
import { notNegative, readValue } from '../values/values.ts';
import { addPenalty, placed, placesOf } from './penalised-layers.ts';
import type { PenaltyScope } from './penalised-layers.ts';

export const weightings: ReadonlyMap<string, LassoPenalty['weighting']> = new Map([
  ['sqrt_size', 'sqrt_size'],
  ['one', 'one'],
]);

/**
 * Whether the layers of its patterns could be looked up.
 * @param usual Where the line has none of its own.
 */
export function checkLasso(statement: LassoStatement, usual: LassoPenalty['weighting'], scope: PenaltyScope): boolean {
  const strength = checkStrength(statement.strength, scope);
  const clauses = bindSettings(statement.clauses, ['weighting'], 'sparsity-setting', sparsityDiagnostics, scope.report);
  const written = clauses.get('weighting');
  const weighting = (written && choose(written, weightings, sparsityDiagnostics, scope.report)) ?? usual;
  const own = new Map(statement.layers.map((pattern) => [pattern, multiplied(strength, pattern, scope)]));
  const places = placesOf(statement, scope);
  for (const place of places ?? []) addPenalty({ kind: 'lasso', ...placed(place), strength: own.get(place.pattern) ?? 0, weighting }, scope);
  return places !== undefined;
}

function checkStrength(expression: Expression, { constants, report }: PenaltyScope): number | undefined {
  return readValue(expression, notNegative, constants, report, (found, expected) =>
    sparsityDiagnostics.value({ span: expression.span, args: ['strength', found, expected] }),
  );
}

/** The strength that a pattern has of its own: `conv1 times 0.2`. */
function multiplied(strength: number | undefined, { pattern, multiplier }: LayerPattern, { constants, report }: PenaltyScope): number | undefined {
  if (!multiplier) return strength;
  const rejected = (found: string, expected: string): Diagnostic => sparsityDiagnostics.value({ span: multiplier.span, args: [`multiplier of ${pattern}`, found, expected] });
  const factor = readValue(multiplier, notNegative, constants, report, rejected);
  if (factor === undefined || strength === undefined) return undefined;
  // The product may be beyond 32 bits where neither of the two is.
  const product = strength * factor;
  return notNegative.read(product) ?? report(sparsityDiagnostics.value({ span: multiplier.span, args: [`strength of ${pattern}`, String(product), notNegative.expected(product)] }));
}
