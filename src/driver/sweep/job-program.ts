// The program of a job, where it is to be trained.

import { present } from '../../base/invariant.ts';
import type { Model, TrainSpec } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { checkSource } from '../model/source.ts';
import { densePart } from '../run/dense-part.ts';
import { trainSpecOf } from '../run/train.ts';
import type { Job } from './job.ts';

/** What a job trains. @throws DiagnosticError those of checking */
export function programOfJob({ main, imported, sparsity, part }: Pick<Job, 'main' | 'imported' | 'sparsity' | 'part'>): { readonly model: Model; readonly spec: TrainSpec } {
  const sources = new Map(imported);
  const { model: whole } = checkSource(main, ops, { imports: (path) => sources.get(path) ?? { why: 'the sweep has no such source' }, sparsity });
  const model = part === 'dense' ? present(densePart(whole, ops), 'dense part').model : whole;
  return { model, spec: trainSpecOf(model) };
}
