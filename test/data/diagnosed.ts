// What a failing call reports.

import { DiagnosticError } from '../../src/base/diagnostic.ts';
import type { Diagnostic } from '../../src/base/diagnostic.ts';

function diagnosticOf(error: unknown): Diagnostic {
  if (error instanceof DiagnosticError && error.diagnostics[0]) return error.diagnostics[0];
  throw error;
}

export function diagnosed(call: () => unknown): Diagnostic {
  try {
    call();
  } catch (error) {
    return diagnosticOf(error);
  }
  throw new Error('expected a diagnostic');
}

export async function diagnosedAsync(call: Promise<unknown>): Promise<Diagnostic> {
  try {
    await call;
  } catch (error) {
    return diagnosticOf(error);
  }
  throw new Error('expected a diagnostic');
}
