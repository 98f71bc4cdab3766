// node test/torch/whole.ts: measures what test:torch asserts in small, over the whole of it: 20 steps of the examples by an exported
// program against the engine in f32, and against the step graph in the float64 interpreter. Prints a table. Some minutes of two cores.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { byEngine, byProgram, byReference, exampleCourse, farthest, lossesApart, updatesApart } from './steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-torch-'));
const steps = 20;
const short = (value: number): string => value.toExponential(1);

console.log(`${cpus()[0]?.model}\n\nnetwork, phase\tlosses, relative\tweights, absolute`);
for (const [name, phase] of [['lenet', 0], ['lenet', 1], ['mlp', 0], ['mlp', 1], ['convnet', 0]] as const) {
  const course = exampleCourse(name, phase);
  const [theirs, ours] = [await byProgram(course, steps, join(folder, `${name}-${phase}`), false), await byEngine(course, steps)];
  console.log(`${name} ${course.run.plan.phases[phase]?.spec.name}, f32 against the engine\t${short(lossesApart(theirs, ours))}\t${short(farthest(theirs, ours))}`);
}
// At the rate of its own, 0.02, MobileNetV2 is chaotic as it begins: what float64 rounds, 4e-15, grows twenty times a step.
for (const [name, rate] of [['resnet20', 0.1], ['mobilenet', 1e-4]] as const) {
  const course = exampleCourse(name, 1, { batch: 8, rate });
  const [theirs, ours] = [await byProgram(course, steps, join(folder, `${name}-double`), true), byReference(course, steps)];
  console.log(`${name} sparsify, batch 8, rate ${rate}, float64 against the step graph\t${short(lossesApart(theirs, ours))}\t${short(farthest(theirs, ours))}`);
  const single = await byProgram(course, steps, join(folder, `${name}-single`), false);
  const apart = updatesApart(single, await byEngine(course, steps, single.states)).toSorted((a, b) => a - b);
  console.log(`${name} sparsify, batch 8, rate ${rate}, f32, each step from one state: update apart, median ${short(apart[steps / 2] ?? NaN)}, most ${short(apart.at(-1) ?? NaN)}, within 1e-3 in ${apart.filter((each) => each < 1e-3).length} of ${steps}`);
}
rmSync(folder, { recursive: true });
