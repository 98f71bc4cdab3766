// A report with every part of a page: a small convolution network that lost filters, beside its control.

import type { EpochPoint, PhaseCourse, ReportData } from '../../src/report/report-data.ts';

const hostile = '<script>alert("1")</script>';

function course(losses: readonly number[], alive: readonly (readonly number[])[]): readonly EpochPoint[] {
  return losses.map((loss, i) => ({ epoch: i + 1, loss, error: loss / 10, heldOut: { loss: loss * 1.1, error: loss / 8 }, alive: alive[i] ?? alive.at(-1) ?? [] }));
}

const phases: readonly PhaseCourse[] = [
  { name: 'baseline', compares: false, epochs: 2, behind: 0, testError: 0.08, heldOutError: 0.07, course: course([0.9, 0.4], [[4, 6]]) },
  { name: 'sparsify', compares: false, epochs: 2, behind: 2, testError: 0.12, heldOutError: 0.1, course: course([0.6, 0.5], [[3, 6], [2, 4]]) },
  { name: 'finetune', compares: false, epochs: 1, behind: 4, testError: 0.06, heldOutError: 0.05, course: course([0.2], [[2, 4]]) },
  { name: 'control', compares: true, epochs: 3, behind: 2, testError: 0.04, heldOutError: 0.04, course: course([0.3, 0.1, 0.02], [[4, 6]]) },
];

/** @param changes Fields that are to be other than usual; undefined leaves one out. */
export function reportData(changes: { readonly [K in keyof ReportData]?: ReportData[K] | undefined } = {}): ReportData {
  const levels = Array.from({ length: 9 }, (_, i) => 28 * i - 112);
  const usual: ReportData = {
    format: 1,
    network: 'Small',
    dataset: `data/${hostile}`,
    findings: [],
    answers: true,
    notes: [],
    phases,
    groups: [{ layer: 'conv1', structure: 'filters', total: 4, strength: 0.01 }, { layer: 'fc1', structure: 'neurons', total: 6, strength: 0.02 }],
    result: { product: 'finetune', control: 'control', chance: 0.66, seconds: 75, macs: { dense: 10_000, compacted: 2500 }, convMacs: { dense: 6000, compacted: 1500 }, weights: { dense: 800, compacted: 200 }, bytes: { dense: 3200, compacted: 820 } },
    filters: [{ layer: 'conv1', rows: 3, columns: 3, channels: 1, normed: false, total: 4, before: { when: 'after baseline', largest: 0.7, levels: [levels, levels, levels, levels] }, after: { when: 'after finetune', largest: 0.4, levels: [levels, null, levels, null] } }],
    inputs: { shape: [1, 4, 4], used: 12, connections: Array.from({ length: 16 }, (_, i) => (i % 4 === 0 ? 0 : i)) },
    layers: [
      { name: 'conv1', op: 'conv', shape: { dense: [4, 6, 6], compacted: [2, 6, 6] }, rows: { zero: 2, total: 4 }, columns: { zero: 0, total: 9 }, weights: [18, 36], macs: [1500, 6000], bytes: { dense: 160, compacted: 80 } },
      { name: 'fc1', op: 'dense', shape: { dense: [6] }, rows: { zero: 6, total: 6 }, columns: { zero: 2, total: 8 }, weights: [0, 764], macs: [0, 4000], bytes: { dense: 3040, compacted: 0 } },
    ],
    evaluation: {
      samples: 100,
      wrong: 7,
      error: 0.07,
      unanswered: 0,
      classes: [{ name: hostile, samples: 40, wrong: 0 }, { name: 'dog & "cat"', samples: 40, wrong: 7 }, { name: 'never seen, with a long name', samples: 0, wrong: 0 }],
      confusion: [[0, 0, 40], [1, 0, 6], [1, 1, 33], [1, 2, 1]],
    },
    timing: { processor: 'A processor', runtime: 'Node 24.0.0', date: '2026-01-02', target: 'wasm', layers: [{ name: 'conv1', dense: 12, compacted: 4 }, { name: 'fc1', dense: 3 }], whole: { dense: 20, compacted: 5 } },
    origin: { compiler: '1.2.3', sources: [{ path: 'model.ssl', text: `network Small() {} // </pre>${hostile}` }, { path: 'blocks/a.ssl', text: 'block A() {}' }], sourceHash: 'aa11', weightsHash: 'bb22', dataHash: 'cc33', seed: 7, writtenSeed: 1, samples: [['share held out', '0.1'], ['augmentation', 'pad [4, 4], mirror true']] },
  };
  return { ...usual, ...changes } as ReportData;
}
