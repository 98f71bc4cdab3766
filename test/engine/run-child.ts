// A training run as a process of its own, for tests that kill it: the folder, and `resume` to go on.

import { train } from '../../src/driver/run/train.ts';
import { modelOf, smallSource, stripes } from './fixture.ts';

const [out = '', resume] = process.argv.slice(2);
await train(modelOf(smallSource), stripes(600, 100), { out, threads: 2, resume: resume === 'resume' });
