// A model as the folder of a program for PyTorch:
//
//   train.py, training/      the same for all programs
//   network.py, plan.json    the network, and what is trained and how
//   sources/                 the source and what it imports, which a run keeps
//   initial.safetensors      what training begins with, if that is not drawn from the seed
//   digits/                  where that data set is trained on, which this compiler draws

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fail } from '../../base/diagnostic.ts';
import type { Dataset } from '../../data/dataset.ts';
import { defaultDigits, digits } from '../../data/digits/digits.ts';
import { isKnownDataset } from '../../data/known-datasets.ts';
import { encodeSafetensors } from '../../engine/safetensors.ts';
import type { Model } from '../../ir/network.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { programTexts } from '../../torch/program-texts.ts';
import { unknownName } from '../data/load-dataset.ts';
import { fileDiagnostics } from '../diagnostics.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import type { NamedFile } from '../files/write-files.ts';
import { compilerVersion } from '../model/version.ts';
import { runFiles } from '../run/run-files.ts';
import { dataPart, identityOf } from '../run/run-identity.ts';
import type { RunIdentity } from '../run/run-identity.ts';
import { checkNames } from '../run/run-sources.ts';
import { trainSpecOf } from '../run/train.ts';
import type { InitialWeights } from '../weights/initial-weights.ts';
import { torchFiles } from './torch-files.ts';

export interface TorchExport {
  readonly files: readonly NamedFile[];
}

const planFile = 'plan.json';

/**
 * The same model gives the same bytes.
 * @param given Weights to begin with.
 * @throws DiagnosticError `run/no-train`, `run/reserved`, `data/unknown-name`, `torch/*`
 */
export function exportTorch(model: Model, given: InitialWeights | undefined, ops: OpRegistry): TorchExport {
  const spec = trainSpecOf(model);
  checkNames(model.sources);
  if (spec.dataset.kind === 'named' && !isKnownDataset(spec.dataset.name)) unknownName(spec.dataset.name, process.cwd());
  const { main, imported } = model.sources;
  const sources = [[runFiles.source, main.text] as const, ...[...imported].map(([path, { text }]) => [path, text] as const)];
  // The program knows itself what data it has found, and what it begins with.
  const { [dataPart]: _, ...identity }: RunIdentity = { ...identityOf(model, spec, { data: '' }), engine: 'torch' };
  const initial = given && { from: given.report.from, sha256: given.hash };
  const { network, plan } = programTexts(model, { identity, ...(initial && { initial }), sources: sources.map(([path]) => path), compiler: compilerVersion() }, ops);
  const texts = { ...torchFiles(), 'network.py': network, [planFile]: plan, ...Object.fromEntries(sources.map(([path, text]) => [`sources/${path}`, text])) };
  const encoder = new TextEncoder();
  const files: NamedFile[] = Object.entries(texts).map(([name, text]) => ({ name, bytes: encoder.encode(text) }));
  if (given) files.push({ name: runFiles.initial, bytes: Buffer.concat(encodeSafetensors(given.tensors, new Map([['from', given.report.from], ['sha256', given.hash]]))) });
  if (spec.dataset.kind === 'named' && spec.dataset.name === 'digits') files.push(...arrays('digits', digits(defaultDigits)));
  return { files };
}

/** A data set as .npy files, packed. */
function arrays(folder: string, { shape, training, test }: Dataset): readonly NamedFile[] {
  return ([['train', training], ['test', test]] as const).flatMap(([split, { count, samples, labels }]) => [
    { name: `${folder}/${split}-images.npy.gz`, bytes: npyOfBytes([count, ...shape], samples as Uint8Array) },
    { name: `${folder}/${split}-labels.npy.gz`, bytes: npyOfBytes([count], labels as Uint8Array) },
  ]);
}

/** Padded as the format has it, so that elements begin at a multiple of 64. */
function npyOfBytes(shape: readonly number[], data: Uint8Array): Uint8Array {
  const head = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const length = Math.ceil((10 + head.length + 1) / 64) * 64 - 10;
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, length & 255, length >> 8]);
  return gzipSync(Buffer.concat([prefix, Buffer.from(`${head.padEnd(length - 1)}\n`), data]));
}

/** A folder that holds other things is not written into. @throws DiagnosticError `file/not-writable` */
export function checkProgramFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) fail(fileDiagnostics['not-writable']({ args: [folder, 'it is a file'], help: 'a program is a folder of files: choose another name' }));
  const isProgram = !found || readdirSync(folder).length === 0 || [planFile, 'network.py', 'training/__init__.py'].every((name) => existsSync(join(folder, name)));
  if (!isProgram) fail(fileDiagnostics['not-writable']({ args: [folder, 'it is not empty, and holds no program for PyTorch'], help: 'choose another folder' }));
}

/** @throws DiagnosticError `file/not-writable` */
export function writeProgram(folder: string, { files }: TorchExport): void {
  checkProgramFolder(folder);
  writeFilesAtomically(folder, files);
}
