// The main job from source to a page to try, as `npm start` runs it.

import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiagnosticError } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import { duration } from '../../base/number-text.ts';
import { loadDataset } from '../../driver/data/load-dataset.ts';
import { buildModule, fileSizes } from '../../driver/build/build.ts';
import type { BuildInput, BuildOptions, Built } from '../../driver/build/build.ts';
import { openModel, withWeights } from '../../driver/model/model.ts';
import { train } from '../../driver/run/train.ts';
import type { TrainResult } from '../../driver/run/train-options.ts';
import { checkFile } from '../../driver/model/source.ts';
import { writeModule } from '../../driver/module/module-folder.ts';
import { loadModule } from '../../driver/module/shipped-module.ts';
import { timeInterleaved } from '../../driver/module/timing.ts';
import { verifyModule } from '../../driver/module/verify.ts';
import type { Model } from '../../ir/network.ts';
import { ops } from '../../ops/index.ts';
import { targets } from '../../targets/index.ts';
import { wasmTarget } from '../../targets/wasm/target.ts';
import { demoTable } from '../text/demo-table.ts';
import { exitCode, exitCodeOf } from '../exit-code.ts';
import type { Shell } from '../shell.ts';
import { writePage } from '../write-page.ts';
import { printDiagnostics } from '../report.ts';
import { showProgress } from '../text/train-progress.ts';

const examples = new URL('../../../examples/', import.meta.url);
const pageFiles = ['index.html', 'page.css', 'page.js', 'example-strokes.js', 'node.mjs', 'serve.mjs'];
/** Relative to the working directory. */
const places = { run: join('runs', 'demo'), module: join('out', 'demo'), dense: join('out', 'demo-dense') };

const wasm: BuildOptions = { target: wasmTarget, dense: false, batch: 1, layout: 'chw', inline: false, threads: false };

export async function start(shell: Shell): Promise<number> {
  const began = performance.now();
  const file = fileURLToPath(new URL('demo.ssl', examples));
  const { model } = checkFile(file, ops);
  shell.out(`Training ${model.network.name} on handwritten digits that ssl-compile draws itself: ${phasesText(model)}.
`);
  const { result: trained, signal } = await shell.interruptible((stop) => trainDemo(model, shell, stop));
  if (trained.status === 'interrupted') {
    shell.err(`stopped after step ${trained.step} of ${trained.totalSteps}; \`npm start\` goes on from there\n`);
    return exitCodeOf(present(signal, 'signal that asked the run to stop'));
  }

  shell.progress('building, verifying and timing the modules');
  const input: BuildInput = withWeights(openModel(places.run, undefined, ops));
  const compacted = await emit(input, wasm, places.module, demoPage());
  const dense = await emit(input, { ...wasm, dense: true }, places.dense, []);
  const verification = await verifyModule(places.module, input, targets, ops);
  if (!verification.ok) throw new DiagnosticError(verification.faults);
  const [denseTime = NaN, compactedTime = NaN] = await timeModules([places.dense, places.module]);
  shell.out(
    demoTable({
      summary: trained.summary,
      penalties: model.penalties,
      bytes: { dense: totalBytes(dense), compacted: totalBytes(compacted) },
      microseconds: { dense: denseTime, compacted: compactedTime },
      equivalence: compacted.equivalence,
      rounding: verification.outputs,
    }),
  );
  const { report, faults } = await writePage(places.run, true, shell);
  printDiagnostics(faults, shell);
  shell.out(
    [
      '',
      `module   ${join(places.module, 'lenet.js')}, with lenet.wasm and types in lenet.d.ts`,
      `page     node ${join(places.module, 'serve.mjs')}, then draw a digit at http://localhost:8080/`,
      `in Node  node ${join(places.module, 'node.mjs')}`,
      ...(report === undefined ? [] : [`report   ${report}, a page that shows the run`]),
      `run      ${places.run}: what became of each group says \`npx ssl-compile explain ${places.run}\``,
      `\ndone in ${duration((performance.now() - began) / 1000)}\n`,
    ].join('\n'),
  );
  return exitCode.ok;
}

function phasesText({ train: spec }: Model): string {
  return (spec?.phases ?? []).map(({ name, epochs }) => `${name} ${epochs} epochs`).join(', ');
}

/** Goes on with an unfinished run; what it cannot go on with is moved aside, since it may be somebody's work. */
async function trainDemo(model: Model, shell: Shell, signal: AbortSignal): Promise<TrainResult> {
  const run = async (): Promise<TrainResult> => train(model, await loadDataset({ kind: 'named', name: 'digits' }), { out: places.run, resume: true, onProgress: showProgress(shell), signal });
  try {
    return await run();
  } catch (error) {
    const stale = error instanceof DiagnosticError && error.diagnostics.some(({ code }) => ['run/different', 'run/corrupt', 'run/changed', 'run/version'].includes(code));
    if (!stale) throw error;
    printDiagnostics(error.diagnostics, shell);
    const aside = freeName(`${places.run}-before`);
    shell.err(`that run is in ${aside} from now on; a new one begins in ${places.run}\n`);
    renameSync(places.run, aside);
    return run();
  }
}

function freeName(path: string): string {
  let name = path;
  for (let i = 2; existsSync(name); i++) name = `${path}-${i}`;
  return name;
}

function demoPage(): Built['files'] {
  return pageFiles.map((name) => ({ name, bytes: readFileSync(new URL(`embed/${name}`, examples)) }));
}

async function emit(input: BuildInput, options: BuildOptions, folder: string, beside: Built['files']): Promise<Built> {
  const built = await buildModule(input, options, ops);
  writeModule(folder, [...built.files, ...beside]);
  return built;
}

/** Of what an application ships: declarations are for its author. */
function totalBytes({ files }: Built): { readonly bytes: number; readonly gzipBytes: number } {
  const shipped = fileSizes(files).filter(({ name }) => !name.endsWith('.d.ts'));
  return { bytes: shipped.reduce((sum, file) => sum + file.bytes, 0), gzipBytes: shipped.reduce((sum, file) => sum + present(file.gzipBytes, file.name), 0) };
}

async function timeModules(folders: readonly string[]): Promise<readonly number[]> {
  const nets = await Promise.all(folders.map((folder) => loadModule(join(folder, 'lenet.js'))));
  return timeInterleaved(nets.map((net) => ({ run: present(net.compute, 'compute') })));
}
