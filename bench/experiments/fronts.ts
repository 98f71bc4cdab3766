// ADMM and group lasso on LeNet's filters: error against what is left, at several strengths and budgets.

import { measureEntries } from './entries.ts';
import type { Entry, Experiment, Setting } from './experiment.ts';

const lasso = (factor: number, rate = 0.03): readonly [Setting] => [{ program: 'lenet', sparsity: 'filters', values: { factor, ...(rate !== 0.03 && { rate }) } }];
const admm = (filters1: number, filters2: number): readonly [Setting] => [{ program: 'lenet', sparsity: 'filters_admm', values: { filters1, filters2 } }];

export const methods = { lasso: 'group lasso', admm: 'ADMM' } as const;

const entries: readonly Entry[] = [
  ...[0.3, 1].map((factor): Entry => ({ label: `${methods.lasso}, strengths x ${factor}`, settings: lasso(factor) })),
  ...[3, 4].map((factor): Entry => ({ label: `${methods.lasso}, strengths x ${factor}`, settings: lasso(factor, 0.01) })),
  ...([[5, 19], [3, 12], [2, 9]] as const).map(([first, second]): Entry => ({ label: `${methods.admm}, ${first}-${second}`, settings: admm(first, second) })),
];

export const frontsExperiment: Experiment = {
  name: 'admm-vs-lasso',
  doc: "LeNet's filters by ADMM and by group lasso: the fronts of both",
  measure: (context) => measureEntries(entries, [], context),
};
