// The faults of a file, as they are found. A file with very many is no model with mistakes but something else, and reading ends.

import { DiagnosticError } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { onnxDiagnostics } from '../diagnostics.ts';

const most = 1000;

export class FaultList {
  readonly #file: string;
  readonly #faults: Diagnostic[] = [];

  /** @param file What a person calls it. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Throws all of them where there are too many. */
  add(...faults: readonly Diagnostic[]): void {
    for (const fault of faults) {
      this.#faults.push(fault);
      if (this.#faults.length >= most) throw new DiagnosticError([...this.#faults, onnxDiagnostics.graph({ args: [this.#file, `has more faults than these ${most}, which are not looked for`] })]);
    }
  }

  graph(place: string, why: string, help?: string): void {
    this.add(onnxDiagnostics.graph({ args: [place, why], help }));
  }

  /** What a part of the file is, or undefined and its faults. */
  judged<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      this.add(...error.diagnostics);
      return undefined;
    }
  }

  /** Throws all of them, if there are any. */
  end(): void {
    if (this.#faults.length > 0) throw new DiagnosticError(this.#faults);
  }
}
