// Exported programs in folders of their own, the data that they train on, and PyTorch's Python to run them.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { stream } from '../../src/base/random.ts';
import type { Tensor } from '../../src/base/tensor.ts';
import type { Dataset, Split } from '../../src/data/dataset.ts';
import { exportTorch, writeProgram } from '../../src/driver/export/export-torch.ts';
import { readSafetensors } from '../../src/engine/safetensors.ts';
import type { Model } from '../../src/ir/network.ts';
import { ops } from '../../src/ops/index.ts';
import { bytesOf, npyBytes } from '../data/files.ts';

/** Debian's, which has its package python3-torch. */
export const python = '/usr/bin/python3';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts Python on a script. @param environment Beside that of this process. */
export function startPython(args: readonly string[], environment: Readonly<Record<string, string>> = {}): { readonly child: ChildProcess; readonly ran: Promise<Ran> } {
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1', ...environment } });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const ran = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(([code, out, err]) => ({ code, out, err }));
  return { child, ran };
}

export function runPython(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return startPython(args, environment).ran;
}

/** A new folder, removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ssl-compile-torch-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeProgramOf(model: Model, folder: string): void {
  writeProgram(folder, exportTorch(model, undefined, ops));
}

/** As a folder of .npy files. */
export function writeData({ shape, targetShape, training, test }: Dataset, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const write = (split: string, { count, samples, labels }: Split): void => {
    const held = samples as Uint8Array | Float32Array;
    writeFileSync(join(folder, `${split}-images.npy`), npyBytes(held instanceof Uint8Array ? '|u1' : '<f4', [count, ...shape], bytesOf(held)));
    writeFileSync(join(folder, `${split}-${targetShape ? 'targets' : 'labels'}.npy`), targetShape ? npyBytes('<f4', [count, ...targetShape], bytesOf(labels)) : npyBytes('|u1', [count], bytesOf(labels)));
  };
  write('train', training);
  write('test', test);
}

export function tensorsIn(file: string): ReadonlyMap<string, Tensor> {
  return readSafetensors(readFileSync(file), file).tensors;
}

export interface MetricsLine {
  readonly phase: string;
  readonly epoch: number;
  readonly training: { readonly loss: number; readonly error: number };
  readonly heldOut?: { readonly loss: number; readonly error: number };
  readonly groups: readonly { readonly layer: string; readonly structure: string; readonly alive: number; readonly total: number }[];
  readonly residuals?: readonly { readonly layer: string; readonly primal: number; readonly dual: number }[];
}

export function metricsOf(run: string): readonly MetricsLine[] {
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as MetricsLine);
}

/** The largest difference of two tensors, over the largest element of the second, or over `least` where that is larger. */
export function apart(found: ArrayLike<number>, expected: ArrayLike<number>, least = 0): number {
  let [difference, largest] = [0, least];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((found[i] ?? NaN) - (expected[i] as number)));
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return largest > 0 ? difference / largest : difference;
}

/** Waves, of a direction and a length for each of ten classes, in noise. */
export function waves([channels = 1, rows = 1, columns = 1]: readonly number[], count: number): Dataset {
  const size = channels * rows * columns;
  const split = (name: string, samples: number): Split => {
    const draws = stream(7, name);
    const labels = Uint8Array.from({ length: samples }, (_, i) => (i < 10 ? i : Math.floor(10 * draws.uniform(i))));
    const pixels = new Uint8Array(samples * size);
    for (const [i, label] of labels.entries()) {
      const [angle, length, phase] = [(label % 5) * (Math.PI / 5), label < 5 ? 4 : 7, 2 * Math.PI * draws.uniform(samples + i)];
      for (let p = 0; p < size; p++) {
        const [y, x] = [Math.floor(p / columns) % rows, p % columns];
        const wave = Math.sin((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / length + phase);
        pixels[i * size + p] = 100 + 80 * wave + 60 * draws.uniform(2 * samples + i * size + p);
      }
    }
    return { count: samples, samples: pixels, labels };
  };
  return { name: 'waves', shape: [channels, rows, columns], classes: 10, training: split('training', count), test: split('test', 20) };
}
