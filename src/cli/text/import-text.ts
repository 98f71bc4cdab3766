// What came of an import: node by node, what goes in and comes out, and what to do next.

import { grouped } from '../../base/number-text.ts';
import { formatShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { Imported } from '../../driver/import/import-model.ts';
import { importedFiles } from '../../driver/import/import-model.ts';
import type { NamedFile } from '../../driver/files/write-files.ts';
import type { ImportedInput, NodeOutcome } from '../../onnx/import/import-model.ts';
import { formatTable } from './text-table.ts';

export function importedText(imported: Imported, path: string): string {
  const { network, producer, opset, inputs, outputs, nodes, proof } = imported;
  const ports = [...inputs.map((input) => `input ${inputText(input)}\n`), ...outputs.map(({ name, as, shape, sample }) => `output ${portText(name, shape, as, sample)}\n`)];
  const proved = proof && `proved: in float64 the outputs for ${proof.samples} random input${proof.samples === 1 ? '' : 's'} differ by ${proof.maxAbsDifference.toExponential(1)} at most, the largest being ${proof.maxAbsReference.toPrecision(3)}\n`;
  return [
    `${path}${producer === '' ? '' : `, by ${printable(producer)}`}, opset ${opset}: network ${network}\n\n`,
    formatTable({ head: ['node', 'becomes'], rows: nodes.map((outcome) => [printable(outcome.node), becameText(outcome)]), text: [0, 1] }),
    `\n${ports.join('')}`,
    ...(proved === undefined ? [] : [proved]),
  ].join('');
}

export function writtenText(out: string, files: readonly NamedFile[]): string {
  return files.map((file) => `${out}/${file.name}: ${grouped(file.bytes.length)} bytes\n`).join('');
}

/** What to do next. */
export function nextText({ inputs }: Imported, out: string): string {
  return `\nbuild it: ssl-compile build ${out}/${importedFiles.source} --weights ${out}/${importedFiles.weights} --out DIR${inputs.some(isChannelsLast) ? ' --layout hwc' : ''}\n`;
}

function becameText({ became }: NodeOutcome): string {
  switch (became.kind) {
    case 'layer':
      return became.name;
    case 'part':
      return `part of ${became.name}`;
    case 'view':
      return 'nothing: it only changes how elements are seen';
    case 'constant':
      return 'a constant';
  }
}

function inputText(input: ImportedInput): string {
  const { name, as, shape, sample, order } = input;
  const told = order ? (isChannelsLast(input) ? '; it is channels last in the model: build with --layout hwc, and callers give it as before' : '; its elements are in another order than in the model') : '';
  return `${portText(name, shape, as, sample)}${told}`;
}

function portText(name: string, shape: Shape, as: string, sample: Shape): string {
  return `${printable(JSON.stringify(name))} ${formatShape(shape)} is \`${as}\` ${formatShape(sample)}`;
}

/** Whether rows, columns and channels have become channels, rows and columns. */
function isChannelsLast({ sample, order }: ImportedInput): boolean {
  const [channels = 0, rows = 0, columns = 0] = sample;
  return order !== undefined && sample.length === 3 && order.every((place, i) => place === (i % (rows * columns)) * channels + Math.floor(i / (rows * columns)));
}

/** Names of a model may be anything. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
