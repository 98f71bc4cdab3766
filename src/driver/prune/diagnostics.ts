// What can be wrong with what is asked of `prune`.

import { defineDiagnostics } from '../../base/diagnostic.ts';
import type { DiagnosticTable } from '../../base/diagnostic.ts';

const messages = {
  keep: (found: string): string => `\`${found}\` is no budget of a whole network`,
  fits: (milliseconds: string, allowed: number): string => `the module of the whole network takes ${milliseconds} ms a run here, no more than the ${allowed} ms that are allowed: nothing has to go`,
  'too-slow': (milliseconds: string, percent: number, allowed: number): string => `of the smaller networks that were tried the quickest, with ${percent}% of the MACs, takes ${milliseconds} ms a run here, and ${allowed} ms are allowed`,
  'at-chance': (name: string, error: string, guess: string, chance: string): string => `before anything is pruned, the model is no better than guessing: its test ${name} is ${error}, and ${guess} has ${chance}`,
  path: (path: string): string => `the folder ${path} cannot be named in a source: its path has a quotation mark or a line break`,
};

export const pruneDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('prune', messages);
