// What is wrong with a result, for people: the first lines of what a command prints of it.

import { renderDiagnostic } from '../../base/frame.ts';
import type { Finding } from '../../driver/evaluation/finding.ts';

/** Empty where nothing is wrong, else ends with an empty line. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map((finding) => `${renderDiagnostic({ ...finding, severity: 'warning', related: [] })}\n\n`).join('');
}
