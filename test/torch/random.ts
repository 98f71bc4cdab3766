// node test/torch/random.ts --graphs 200 --seed 1: random networks under random updates by exported programs in float64 against the
// step graph in the float64 interpreter. Prints each seed whose losses or weights differ, and how far the others are apart.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomCourse, randomSteps } from './random-course.ts';
import { byPrograms, byReference, farthest, lossesApart } from './steps.ts';

const { values } = parseArgs({ options: { graphs: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } } });
const [graphs, first] = [Number(values.graphs), Number(values.seed)];
const tolerance = 1e-8;
const block = 20;
let [worst, wrong] = [0, 0];
for (let from = first; from < first + graphs; from += block) {
  const courses = Array.from({ length: Math.min(block, first + graphs - from) }, (_, i) => randomCourse(from + i));
  const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-torch-'));
  const found = await byPrograms(courses, randomSteps, folder, true);
  rmSync(folder, { recursive: true });
  for (const [i, course] of courses.entries()) {
    const [theirs, ours] = [found[i], byReference(course, randomSteps)];
    const apart = theirs ? Math.max(lossesApart(theirs, ours), farthest(theirs, ours)) : NaN;
    if (apart < tolerance) worst = Math.max(worst, apart);
    else {
      wrong++;
      console.log(`seed ${from + i}: ${apart}`);
    }
  }
}
console.log(`${graphs - wrong} of ${graphs} random networks within ${tolerance}, at most ${worst.toExponential(1)} apart`);
if (wrong > 0) process.exitCode = 1;
