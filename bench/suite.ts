// What a suite is. `suites.ts` lists them.

import type { Sentinel } from './measure.ts';
import type { Engine, Row, Result, Table } from './report.ts';

export interface SuiteContext {
  /** Whether a case was asked for. */
  readonly wantsCase: (name: string) => boolean;
  /** Whether a candidate was asked for. */
  readonly wantsCandidate: (name: string) => boolean;
  /** The fixed loops that show a disturbed turn; see measure.ts. */
  readonly sentinels: readonly Sentinel[];
  /** For how many milliseconds a case may wait for a quiet machine. */
  readonly quietMs: number;
  /** One line for a person, not part of the result. */
  readonly progress: (line: string) => void;
}

export interface Measured {
  readonly rows: readonly Row[];
  /** Where the candidates ran, if that is not this process. */
  readonly engine?: Engine;
}

export interface Suite {
  readonly name: string;
  readonly doc: string;
  readonly candidates: readonly string[];
  /** Names of its cases. */
  readonly cases: readonly string[];
  /** npm packages that must be installed for the candidates asked for. */
  readonly packages: (context: SuiteContext) => readonly string[];
  readonly run: (context: SuiteContext) => Promise<Measured>;
  readonly tables: (result: Result) => readonly Table[];
}
