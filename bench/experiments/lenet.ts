// LeNet on MNIST: Tables 1 and 2 of Wen et al. 2016, and all layers at once beside what others have published since.

import { experimentOf } from './entries.ts';
import { curves } from './experiment.ts';
import type { Entry, Experiment, LayerRow, Row, Setting } from './experiment.ts';

/** Chosen between by held-out error, where a row has a limit: strengths of the blocks as written, times `factor`. */
function factors(sparsity: string, values: readonly number[], constants: Setting['values'] = {}): [Setting, ...Setting[]] {
  const [first, ...others] = values.map((factor): Setting => ({ program: 'lenet', sparsity, values: { factor, ...constants } }));
  return [first as Setting, ...others];
}

function budgets(sparsity: string, values: Setting['values']): readonly [Setting] {
  return [{ program: 'lenet', sparsity, values: values ?? {} }];
}

const thin = (filters1: number, filters2: number, neurons = 500): readonly [Setting] => [{ program: 'lenet-dense', values: { filters1, filters2, neurons } }];

/** The strengths that every row of lassos chooses from. */
const gentle = factors('filters', [1]);
const strong = factors('filters', [3, 4.5], { rate: 0.01 });

const baseline: Entry = { label: 'dense baseline, 6 epochs', settings: gentle, phase: 'baseline' };
export const control: Entry = { label: 'dense control, 29 epochs', settings: [{ program: 'lenet-dense' }], curve: curves.dense };

function layer(name: string, kept: LayerRow['kept'], speedup?: number): LayerRow {
  return { name, kept, ...(speedup !== undefined && { speedup }) };
}

const published = (label: string, error: number, sizes: Partial<Row>, layers: readonly LayerRow[] = []): Row => ({ label, seeds: 0, error: { mean: error }, ...sizes, layers, curve: curves.published });
/** Not in the picture: its axis would become ten times as long. */
const publishedBaseline = (layers: readonly LayerRow[]): Row => ({ label: 'LeNet 1, baseline', seeds: 0, error: { mean: 0.009 }, convMacs: 1_888_000, layers });

const table1: readonly Row[] = [
  publishedBaseline([layer('conv1', { filters: [20, 20] }, 1), layer('conv2', { filters: [50, 50] }, 1)]),
  published('LeNet 2', 0.008, { convMacs: 5 * 25 * 576 + 19 * 100 * 64 }, [layer('conv1', { filters: [5, 20] }, 1.64), layer('conv2', { filters: [19, 50] }, 5.23)]),
  published('LeNet 3', 0.01, { convMacs: 3 * 25 * 576 + 12 * 75 * 64 }, [layer('conv1', { filters: [3, 20] }, 1.99), layer('conv2', { filters: [12, 50] }, 7.44)]),
];

const lenetT1 = experimentOf({
  name: 'lenet-t1',
  doc: 'LeNet, filters and channels: Table 1 of Wen et al. 2016',
  entries: [
    baseline,
    { label: 'group lasso, at most 3-12', settings: gentle, curve: curves.lasso },
    { label: 'group lasso, at most 61K', settings: strong, limit: { of: 'convMacs', most: 61_000 }, curve: curves.lasso },
    { label: "group lasso by the authors' rule", settings: factors('filters_subgradient', [1]) },
    { label: 'ADMM, 3-12', settings: budgets('filters_admm', { filters1: 3, filters2: 12 }), curve: curves.admm },
    { label: 'ADMM, 2-9', settings: budgets('filters_admm', { filters1: 2, filters2: 9 }), curve: curves.admm },
    { label: 'magnitude at once, 3-12', settings: budgets('filters_magnitude', { filters1: 3, filters2: 12 }), curve: curves.magnitude },
    { label: 'magnitude at once, 2-9', settings: budgets('filters_magnitude', { filters1: 2, filters2: 9 }), curve: curves.magnitude },
    { label: 'thin from scratch, 3-12', settings: thin(3, 12), curve: curves.thin },
    { label: 'thin from scratch, 2-9', settings: thin(2, 9), curve: curves.thin },
    { label: 'l1 on elements', settings: factors('elements', [1]) },
    control,
  ],
  published: table1,
  picture: { title: 'LeNet on MNIST: filters and channels', sizes: ['convMacs', 'weights'] },
});

const table2: readonly Row[] = [
  publishedBaseline([layer('conv1', { fibers: [25, 25] }, 1), layer('conv2', { fibers: [500, 500] }, 1)]),
  published('LeNet 4', 0.008, { convMacs: 2 * 21 * 576 + 50 * 41 * 64 }, [layer('conv1', { filters: [2, 20], fibers: [21, 25] }, 2.33), layer('conv2', { fibers: [41, 500] }, 6.93)]),
  published('LeNet 5', 0.01, { convMacs: 7 * 576 + 50 * 14 * 64 }, [layer('conv1', { filters: [1, 20], fibers: [7, 25] }, 5.19), layer('conv2', { fibers: [14, 500] }, 10.82)]),
];

const lenetT2 = experimentOf({
  name: 'lenet-t2',
  doc: 'LeNet, shape fibers with filters: Table 2 of Wen et al. 2016',
  entries: [
    baseline,
    { label: 'group lasso, at most 37K', settings: factors('fibers', [1.5, 2], { rate: 0.01 }), limit: { of: 'convMacs', most: 37_000 }, curve: curves.lasso },
    {
      label: 'ADMM, at most 37K',
      settings: [...budgets('fibers_admm', { filters1: 2, fibers1: 10, filters2: 16, fibers2: 24 }), ...budgets('fibers_admm', { filters1: 3, fibers1: 7, filters2: 13, fibers2: 29 })],
      limit: { of: 'convMacs', most: 37_000 },
      curve: curves.admm,
    },
    { label: 'ADMM, 1 filter of 7 taps and 50 of 14', settings: budgets('fibers_admm', { filters1: 1, fibers1: 7, filters2: 50, fibers2: 14 }), curve: curves.admm },
    control,
  ],
  published: table2,
  picture: { title: 'LeNet on MNIST: shape fibers and filters', sizes: ['convMacs', 'weights'] },
});

const allLayers: readonly Row[] = [
  published('SBP, 3-18-284-283', 0.009, { macs: 217_000 }),
  published('BC-GHS, 5-10-76-16', 0.01, { macs: 158_000 }),
  published('BC-GNJ, 8-13-88-13', 0.01, { macs: 290_000 }),
  published('L0-sep, 9-18-65-25', 0.01, { macs: 403_000 }),
  published('generalised dropout, 7-13-208-16', 0.011, { macs: 254_000 }),
];

const lenetAll = experimentOf({
  name: 'lenet-all',
  doc: 'LeNet, filters and neurons of all layers, beside networks published since',
  entries: [
    baseline,
    { label: 'group lasso, at most 130K', settings: factors('layers', [1, 1.5]), limit: { of: 'macs', most: 130_000 }, curve: curves.lasso },
    { label: 'ADMM, 3-10 and 100 neurons', settings: budgets('layers_admm', { filters1: 3, filters2: 10, neurons: 100 }), curve: curves.admm },
    { label: 'ADMM, 3-12 with 12 and 40 taps, 100 neurons', settings: budgets('all_admm', { filters1: 3, fibers1: 12, filters2: 12, fibers2: 40, neurons: 100 }), curve: curves.admm },
    { label: 'ADMM, 3-10 with 16 and 50 taps, 70 neurons', settings: budgets('all_admm', { filters1: 3, fibers1: 16, filters2: 10, fibers2: 50, neurons: 70 }), curve: curves.admm },
    { label: 'magnitude at once, 3-10 and 100 neurons', settings: budgets('layers_magnitude', { filters1: 3, filters2: 10, neurons: 100 }), curve: curves.magnitude },
    { label: 'thin from scratch, 3-10 and 100 neurons', settings: thin(3, 10, 100), curve: curves.thin },
    { label: 'ADMM, 30% of macs', settings: budgets('macs_admm', {}), curve: curves.admm },
    control,
  ],
  published: allLayers,
  picture: { title: 'LeNet on MNIST: all layers', sizes: ['macs', 'weights'] },
});

export const lenetExperiments: readonly Experiment[] = [lenetT1, lenetT2, lenetAll];
