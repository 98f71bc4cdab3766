// The perceptron of Figure 4 of Wen et al. 2016 on MNIST.

import { experimentOf } from './entries.ts';
import { curves } from './experiment.ts';
import type { Experiment, Row, Setting } from './experiment.ts';

const lasso = (factor: number): Setting => ({ program: 'mlp', sparsity: 'neurons', values: { factor } });
const kept = (sparsity: string, inputs: number, neurons1: number, neurons2: number): readonly [Setting] => [{ program: 'mlp', sparsity, values: { inputs, neurons1, neurons2 } }];
const published = (label: string, error: number, weights: number): Row => ({ label, seeds: 0, error: { mean: error }, weights, layers: [], curve: curves.published });

const figure4: readonly Row[] = [
  published('SSL, 434-174-78-10', 0.0153, 434 * 174 + 174 * 78 + 780),
  published('Network Slimming, 784-100-60-10', 0.0149, 784 * 100 + 6000 + 600),
  { ...published('VIBNet, 97-71-33 of 784-300-100', 0.016, 97 * 71 + 71 * 33 + 330), note: 'another network to begin with' },
];

export const mlpExperiment: Experiment = experimentOf({
  name: 'mlp-fig4',
  doc: 'the perceptron, neurons and pixels: Figure 4 of Wen et al. 2016',
  entries: [
    { label: 'dense baseline, 10 epochs', settings: [lasso(1)], phase: 'baseline' },
    { label: 'group lasso, at most 76K', settings: [lasso(0.8), lasso(1)], limit: { of: 'weights', most: 76_000 }, curve: curves.lasso },
    { label: 'group lasso, at most 52K', settings: [lasso(1.2), lasso(1.5)], limit: { of: 'weights', most: 52_000 }, curve: curves.lasso },
    { label: 'ADMM, 400-160-65', settings: kept('neurons_admm', 400, 160, 65), curve: curves.admm },
    { label: 'ADMM, 350-130-45', settings: kept('neurons_admm', 350, 130, 45), curve: curves.admm },
    { label: 'ADMM, 250-75-15', settings: kept('neurons_admm', 250, 75, 15), curve: curves.admm },
    { label: 'magnitude at once, 350-130-45', settings: kept('neurons_magnitude', 350, 130, 45), curve: curves.magnitude },
    { label: 'thin from scratch, 784-65-15', settings: [{ program: 'mlp-dense', values: { neurons1: 65, neurons2: 15 } }], curve: curves.thin },
    { label: 'dense control, 60 epochs', settings: [{ program: 'mlp-dense' }], curve: curves.dense },
  ],
  published: figure4,
  picture: { title: 'The perceptron on MNIST', sizes: ['weights'] },
});
