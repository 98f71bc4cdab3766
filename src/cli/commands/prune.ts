// ssl-compile prune MODEL.onnx --data DIR --keep "50% of macs" --out DIR: import, train within the budget, build and export, one
// after the other.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { TaskName } from '../../ir/network.ts';
import { largestSeed, mostSamples } from '../../driver/request.ts';
import { tasks } from '../../train/tasks/index.ts';
import { exitCode } from '../exit-code.ts';
import { example, folderPath, integerFrom, jsonOption, positiveNumber } from '../options.ts';
import type { JsonOption } from '../options.ts';
import type { Shell } from '../shell.ts';
import { build } from './build.ts';
import { exportNetwork } from './export.ts';
import { shapes } from './import.ts';
import { trainFile } from './train.ts';

interface PruneCommandOptions extends JsonOption {
  readonly data: string;
  readonly keep: string;
  readonly out: string;
  readonly input: ReadonlyMap<string, readonly number[]>;
  readonly external?: true;
  readonly epochs: number;
  readonly rate: number;
  readonly batch: number;
  readonly seed: number;
  readonly task?: TaskName;
  readonly resume?: true;
}

const mostEpochs = 1e5;
/** What lies in the folder beside net.ssl and weights.safetensors. */
const places = { run: 'run', module: 'module', model: 'model.onnx' } as const;

export function addPrune(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('prune')
    .description('make a trained ONNX model smaller: import it, take filters away within a budget, train what is left, and write a module and an ONNX model of that')
    .argument('<model>', 'an .onnx file, of opset 7 to 25')
    .requiredOption('--data <name|dir>', 'what it is trained on: a folder, or the name of a known data set', folderPath)
    .requiredOption('--keep <budget>', "what is to be left of the whole network, as '50% of macs', '30% of weights' or '120 KB'")
    .requiredOption('--out <dir>', 'folder for all that comes of it; it is made if need be', folderPath)
    .addOption(new Option('--epochs <n>', 'in which filters go, and as many again in which what is left is trained').argParser(integerFrom(1, mostEpochs)).default(5))
    .addOption(new Option('--rate <rate>', 'learning rate').argParser(positiveNumber).default(0.01))
    .addOption(new Option('--batch <n>', 'samples a step').argParser(integerFrom(1, mostSamples)).default(32))
    .addOption(new Option('--seed <n>', 'seed').argParser(integerFrom(0, largestSeed)).default(1))
    .addOption(new Option('--task <task>', 'what the network answers').choices(Object.keys(tasks)))
    .option('--input <name=shape>', 'the shape of an input that the file leaves open, the batch first: data=1,3,224,224', shapes, new Map<string, readonly number[]>())
    .option('--external', 'read weights that lie in other files of the model\'s folder')
    .option('--resume', 'go on with the training in the folder')
    .addOption(jsonOption())
    .addHelpText('after', example("prune model.onnx --data my-images --keep '50% of macs' --out small", "prune model.onnx --data mnist --keep '30% of weights' --epochs 10 --out small"))
    .action(async (model: string, options: PruneCommandOptions) => finish(await prune(model, options, shell)));
}

async function prune(path: string, { input, external, keep, data, epochs, rate, batch, seed, task, out, resume, json }: PruneCommandOptions, shell: Shell): Promise<number> {
  const [{ importedFiles, importFile, writeImported }, { pruningSource }, { checkSource }, { importedText }, { ops }] = await Promise.all([
    import('../../driver/import/import-model.ts'),
    import('../../driver/prune/pruning-source.ts'),
    import('../../driver/model/source.ts'),
    import('../text/import-text.ts'),
    import('../../ops/index.ts'),
  ]);
  const imported = importFile(path, { shapes: input, external: external ?? false }, true, ops);
  const source = pruningSource(imported.source, { keep, data, epochs, rate, batch, seed, task });
  const file = join(out, importedFiles.source);
  // What cannot be pruned leaves nothing behind.
  checkSource({ name: file, text: source }, ops);
  const isNew = !existsSync(file);
  const files = writeImported(out, { ...imported, source });
  if (!json) shell.out(`${importedText(imported, { path, out, files })}\n`);

  const told: unknown[] = [];
  const within: Shell = json ? { ...shell, out: (text) => void told.push(JSON.parse(text)) } : shell;
  const run = join(out, places.run);
  const asJson = json && { json };
  const train = async (): Promise<number> => {
    try {
      return await trainFile(file, { out: run, init: join(out, importedFiles.weights), timing: true, ...(resume && { resume }), ...asJson }, within);
    } finally {
      // Where not a step was taken, there is nothing to go on with.
      if (isNew && !existsSync(run)) for (const { name } of files) rmSync(join(out, name));
    }
  };
  const steps: readonly (() => Promise<number>)[] = [
    train,
    () => build(run, { out: join(out, places.module), target: 'wasm', batch: 1, layout: 'chw', ...asJson }, within),
    () => exportNetwork(run, { out: join(out, places.model), ...asJson }, within),
  ];
  for (const step of steps) {
    const code = await step();
    if (code !== exitCode.ok) return code;
    if (!json) shell.out('\n');
  }
  const [trained, built, exported] = told;
  if (json) shell.out(`${JSON.stringify({ ok: true, out, trained, built, exported })}\n`);
  else shell.out(`the module is in ${join(out, places.module)}, the smaller model is ${join(out, places.model)}\n`);
  return exitCode.ok;
}
