// A training run as a process of its own, for tests that kill it: the folder, `resume` to go on, and `augmented` for
// the network that is trained so.

import { train } from '../../src/driver/run/train.ts';
import { augmentedSource, modelOf, smallSource, stripes } from './fixture.ts';

const [out = '', resume, augmented] = process.argv.slice(2);
await train(modelOf(augmented === 'augmented' ? augmentedSource : smallSource), stripes(600, 100), { out, threads: 2, resume: resume === 'resume' });
