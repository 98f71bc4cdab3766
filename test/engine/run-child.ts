// A training run as a process of its own, for tests that kill it: the folder, `resume` to go on, and `augmented` or
// `options` for a network that is trained so; `together` to begin when its input ends, all being loaded.

import { train } from '../../src/driver/run/train.ts';
import { augmentedSource, modelOf, optionsSource, smallSource, stripes } from './fixture.ts';

const sources: ReadonlyMap<string | undefined, string> = new Map([['augmented', augmentedSource], ['options', optionsSource]]);
const [out = '', resume, how] = process.argv.slice(2);
if (how === 'together') {
  process.stdout.write('ready');
  for await (const _ of process.stdin);
}
await train(modelOf(sources.get(how) ?? smallSource), stripes(600, 100), { out, threads: 2, resume: resume === 'resume' });
