// ssl-compile import MODEL.onnx: a trained model as a source and weights, proved equal to it; with --list, only what it would become.

import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { exitCode, UsageError } from '../exit-code.ts';
import { example, jsonOption } from '../options.ts';
import type { JsonOption } from '../options.ts';
import type { Shell } from '../shell.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

interface ImportCommandOptions extends JsonOption {
  readonly out?: string;
  readonly name?: string;
  readonly input: Shapes;
  readonly external?: true;
  readonly list?: true;
}

export function addImport(program: Command, shell: Shell, finish: (code: number) => void): void {
  program
    .command('import')
    .description('make an .ssl file and weights of a trained ONNX model, and prove that they answer what it does')
    .argument('<model>', 'an .onnx file, of opset 7 to 25')
    .option('--out <dir>', 'folder for net.ssl and weights.safetensors; it is made if need be')
    .option('--name <name>', 'what the network is called; after the file unless given')
    .option('--input <name=shape>', 'the shape of an input that the file leaves open, the batch first: data=1,3,224,224', shapes, new Map<string, readonly number[]>())
    .option('--external', 'read weights that lie in other files of the model\'s folder')
    .option('--list', 'write nothing: say what each node would become, or all that stands against it')
    .addOption(jsonOption())
    .addHelpText('after', example('import model.onnx --out imported', 'import model.onnx --list', 'build imported/net.ssl --weights imported/weights.safetensors --out out'))
    .action(async (model: string, options: ImportCommandOptions) => finish(await importModel(model, options, shell)));
}

/** Reads one `--input`. */
export function shapes(written: string, before: Shapes): Shapes {
  // A name may have any letters, `=` among them.
  const at = written.lastIndexOf('=');
  const extents = written.slice(at + 1).split(',').map(Number);
  if (at < 1 || extents.some((extent) => !Number.isInteger(extent) || extent < 1)) throw new InvalidArgumentError('expected a name and its extents, as in data=1,3,224,224');
  return new Map([...before, [written.slice(0, at), extents]]);
}

async function importModel(path: string, { out, name, input, external, list, json }: ImportCommandOptions, shell: Shell): Promise<number> {
  if (!list && out === undefined) throw new UsageError('where shall it go? --out DIR, or --list to write nothing');
  if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name)) throw new UsageError(`--name takes letters, digits and _, not beginning with a digit: ${JSON.stringify(name)}`);
  const [{ importFile, writeImported }, { importedText, nextText, writtenText }, { ops }] = await Promise.all([import('../../driver/import/import-model.ts'), import('../text/import-text.ts'), import('../../ops/index.ts')]);
  const imported = importFile(path, { name, shapes: input, external: external ?? false }, !list, ops);
  const files = list || out === undefined ? [] : writeImported(out, imported);
  if (json) {
    const { source: _, weights: __, inputs, ...told } = imported;
    shell.out(`${JSON.stringify({ ok: true, ...told, inputs: inputs.map(({ order, ...each }) => ({ ...each, reordered: order !== undefined })), files: files.map((file) => ({ name: file.name, bytes: file.bytes.length })) })}\n`);
    return exitCode.ok;
  }
  shell.out(importedText(imported, path));
  if (!list && out !== undefined) shell.out(`${writtenText(out, files)}${nextText(imported, out)}`);
  return exitCode.ok;
}
