// `repeat 3 as i with x = stem { ... }`: the body takes place once a turn, and its value is what `x` is in the next.

import type { Span } from '../../base/span.ts';
import type { Name, RepeatExpression } from '../../syntax/ast.ts';
import { MOST_LAYERS } from './budget.ts';
import { blockDiagnostics, nameDiagnostics } from '../diagnostics.ts';
import { elaborateBody } from './body.ts';
import { writeOut } from './excess.ts';
import type { Wire } from './instance.ts';
import { nameOfPart } from './layer-names.ts';
import { leastOfTurns, lookAhead } from './least.ts';
import { knownConstant, scopeOf } from './scope.ts';
import type { NameBinding, Scope, Within } from './scope.ts';
import { integer, readValue } from '../values/values.ts';

const turns = integer(1, MOST_LAYERS);

export function elaborateRepeat(expression: RepeatExpression, scope: Scope, within: Within): Wire | undefined {
  const { elaboration, constants, report } = scope;
  const { count, carried, span } = expression;
  const index = expression.index?.text === carried.name.text ? undefined : expression.index;
  if (expression.index && !index) {
    report(nameDiagnostics.duplicate({ span: carried.name.span, args: [carried.name.text], related: [{ message: 'first defined here', span: expression.index.span }] }));
  }
  const initial = elaboration.expression(carried.initial, scope, within);
  const times = readValue(count, turns, constants, report, (found, expected) => {
    const help = found === '0' ? 'what never takes place has no value: leave the `repeat` out, or choose with `if`' : undefined;
    return blockDiagnostics.turns({ span: count.span, args: [found, expected], help });
  });
  const path = nameOfPart(expression, 'repeat', within.naming, elaboration.names);
  const head: Span = { source: span.source, start: span.start, end: count.span.end };
  const turnsAre: Turns = { expression, index, head, path, initial };
  if (times !== undefined && !elaboration.sketched) return writeOut(() => leastOfTurns(expression, times, lookAhead(scope.file, (name) => knownConstant(name, scope))), head, scope, () => elaborateTurns(turnsAre, times, scope));
  // Where nobody knows how often, one turn shows what else is wrong, and one of each within.
  const { sketched } = elaboration;
  elaboration.whole = false;
  elaboration.sketched = true;
  const value = elaborateTurns(turnsAre, times && 1, scope);
  elaboration.sketched = sketched;
  return times && value;
}

interface Turns {
  readonly expression: RepeatExpression;
  readonly index: Name | undefined;
  readonly head: Span;
  readonly path: string;
  readonly initial: Wire | undefined;
}

/** @param times Undefined: nobody knows, and one turn shows what else is wrong. */
function elaborateTurns({ expression: { carried, body }, index, head, path, initial }: Turns, times: number | undefined, scope: Scope): Wire | undefined {
  const { elaboration } = scope;
  elaboration.symbols.note(carried.name, 'layer', carried.name.span, initial);
  if (index) elaboration.symbols.note(index, 'constant', index.span);
  let now = initial;
  let failed = false;
  for (let turn = 0; turn < (times ?? 1) && !failed && elaboration.budget.left(); turn++) {
    const trail = { outer: scope.trail, span: head, message: `in turn ${turn} of this \`repeat\``, carried: { turn, name: carried.name.text, first: initial, now } };
    const bindings = new Map<string, NameBinding>([[carried.name.text, { kind: 'layer', symbol: 'layer', span: carried.name.span, wire: now }]]);
    if (index) bindings.set(index.text, { kind: 'constant', symbol: 'constant', span: index.span, value: times === undefined ? undefined : turn });
    const name = `${path}.${turn}`;
    now = elaborateBody(body, name, scopeOf({ ...scope, outer: scope, prefix: `${name}.`, trail }, body.assignments, bindings));
    // What has been reported in one turn is no other in the next.
    failed = now === undefined;
  }
  if (failed) elaboration.whole = false;
  return now;
}
