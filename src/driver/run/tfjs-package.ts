// TensorFlow.js for Node, a package of the user's that brings a native library: looked for from the working directory.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import { messageOf } from '../../base/system-error.ts';
import type { Tensorflow } from '../../engine/tfjs/tensorflow.ts';
import { runDiagnostics } from './run-diagnostics.ts';

const name = '@tensorflow/tfjs-node';

/** @throws DiagnosticError `run/no-engine` where it is not installed, `run/engine-fails` where it does not compute */
export function loadTensorflow(): Tensorflow {
  const from = createRequire(join(process.cwd(), 'package.json'));
  let path: string;
  try {
    path = from.resolve(name);
  } catch {
    return fail(runDiagnostics['no-engine']({ args: [name, process.cwd()], help: `run \`npm install ${name}\` there, or leave out \`--engine\`` }));
  }
  try {
    const tf = from(name) as Tensorflow;
    // What does not fit the Node that runs it fails no sooner than in its first operation.
    tf.tidy(() => tf.add(tf.scalar(1), tf.scalar(1))).dispose();
    return tf;
  } catch (error) {
    const help = `\`npm rebuild ${name} --build-addon-from-source\` builds its native library anew; version 4.22 runs on Node up to 22; without \`--engine\` training needs no package`;
    return fail(runDiagnostics['engine-fails']({ args: [path, process.version, messageOf(error).split('\n')[0]?.trim() ?? ''], help }));
  }
}
