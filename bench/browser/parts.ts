// What the two sides of suite `browser` agree on: Node makes parts of a program, the page runs them.

import type { Contested } from '../contest.ts';
import type { Effort } from '../measure.ts';
import type { LiteRtParts } from '../peers/litert-run.ts';
import type { OrtParts } from '../peers/ort-run.ts';
import type { TfjsParts } from '../peers/tfjs-run.ts';
import type { ThreadPeaks } from '../report.ts';

interface SslParts {
  /** Address of the ES module, which fetches what lies beside it. */
  readonly module: string;
  readonly input: Float32Array;
  /** See ssl-run.ts. */
  readonly positions: Int32Array | undefined;
}

/** By candidate, in the order in which they stand in tables; the first is what others are told in times of. */
export interface Parts {
  readonly 'ssl-wasm': SslParts;
  readonly 'ssl-relaxed': SslParts;
  readonly litert: LiteRtParts;
  readonly 'litert-resident': LiteRtParts;
  readonly 'ort-web': OrtParts;
  readonly 'tfjs-wasm': TfjsParts;
}

export type Candidate = keyof Parts;

/** A candidate of one case with its parts. */
export type PageEntrant = { readonly [Name in Candidate]: { readonly name: Name; readonly parts: Parts[Name] } }[Candidate];

export interface PageCase {
  readonly name: string;
  readonly entrants: readonly PageEntrant[];
  /** CHW. */
  readonly reference: Float64Array;
  readonly effort: Effort;
}

/** What the page's module exports. */
export interface PageBench {
  /** @param address Of packed `LoopBytes`. */
  readonly start: (address: string) => Promise<void>;
  readonly peaks: () => ThreadPeaks;
  /** @param address Of a packed `PageCase`. */
  readonly runCase: (address: string) => Promise<readonly Contested[]>;
}
