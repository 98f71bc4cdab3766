import { alexnetExperiment } from './alexnet.ts';
import type { Experiment } from './experiment.ts';
import { frontsExperiment } from './fronts.ts';
import { granularityExperiment } from './granularity.ts';
import { lenetExperiments } from './lenet.ts';
import { mlpExperiment } from './mlp.ts';

export const experiments: readonly Experiment[] = [...lenetExperiments, mlpExperiment, frontsExperiment, granularityExperiment, alexnetExperiment];
