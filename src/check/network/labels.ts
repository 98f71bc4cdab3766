// `labels ["zero", "one"]`: what the classes are called.

import type { Span } from '../../base/span.ts';
import type { LabelsStatement } from '../../syntax/ast.ts';
import { formatConstant } from '../values/constants.ts';
import type { Constants } from '../values/constants.ts';
import { argumentDiagnostics, nameDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { readValue, text } from '../values/values.ts';

export interface Labels {
  readonly labels: readonly string[];
  readonly span: Span;
}

/** Undefined where there are none, or one has been reported. */
export function checkLabels(statements: readonly LabelsStatement[], constants: Constants, report: Report): Labels | undefined {
  const [first, second] = statements;
  if (!first) return undefined;
  if (second) {
    report(nameDiagnostics['repeated-labels']({ span: second.span, args: [], related: [{ message: 'the first is here', span: first.span }] }));
  }
  const seen = new Map<string, Span>();
  const items = first.labels.items.map((item) => {
    const label = readValue(item, text, constants, report, (found, expected) =>
      argumentDiagnostics.value({ span: item.span, args: ['label', found, expected] }),
    );
    if (label === undefined) return undefined;
    const taken = seen.get(label);
    if (!taken) seen.set(label, item.span);
    return taken ? report(nameDiagnostics['duplicate-label']({ span: item.span, args: [formatConstant(label)], related: [{ message: 'first given here', span: taken }] })) : label;
  });
  const labels = items.filter((label) => label !== undefined);
  return labels.length === items.length ? { labels, span: first.labels.span } : undefined;
}
