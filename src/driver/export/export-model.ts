// A network with its weights to the bytes of an ONNX model, proved equal to it before anybody sees them.

import { basename, dirname } from 'node:path';
import type { OpRegistry } from '../../ir/op.ts';
import { exportGraph } from '../../onnx/export/export-graph.ts';
import { proveExport } from '../../onnx/export/prove.ts';
import type { ExportProof } from '../../onnx/export/prove.ts';
import { dropIdentities } from '../../passes/drop-identities.ts';
import { runPasses } from '../../passes/pipeline.ts';
import { structureReport } from '../../sparsity/structure-report.ts';
import type { StructureReport } from '../../sparsity/structure-report.ts';
import type { BuildInput } from '../build/build.ts';
import { deploy } from '../build/deploy.ts';
import { verifyPrograms } from '../build/equivalence.ts';
import type { Equivalence } from '../build/equivalence.ts';
import { checkAnswers } from '../build/f32-range.ts';
import { randomInputs } from '../build/random-input.ts';
import { writeFilesAtomically } from '../files/write-files.ts';
import { compilerVersion } from '../model/version.ts';
import { outputNames } from '../run/run-facts.ts';

export interface ExportRequest {
  /** The network uncompacted, with the norms of batches as they were trained. */
  readonly dense: boolean;
}

export interface Exported {
  /** Of an .onnx file. The same network gives the same bytes. */
  readonly bytes: Uint8Array;
  readonly opset: number;
  readonly nodes: number;
  readonly structure: StructureReport;
  /** Of the compacted network with the trained one. */
  readonly equivalence: Equivalence;
  /** Of the file, read back, with the compacted network. */
  readonly proof: ExportProof;
}

/** Samples that are tried as one batch; of a large network, whose reference takes seconds, two. */
const mostSamples = 3;
const macBudget = 2e7;

/** @throws DiagnosticError `onnx/op`, and as a build: `result/dead-layer`, `fit/*`, `module/overflow` */
export function exportModel(input: BuildInput, { dense }: ExportRequest, ops: OpRegistry): Exported {
  const { model, weights } = input;
  const { trained, exact } = deploy(input, { dense }, ops);
  const written = dense ? runPasses(trained, [dropIdentities], ops) : exact;
  const structure = structureReport(trained, exact, ops);
  checkAnswers(exact, structure.macs.compacted, ops);
  const equivalence = verifyPrograms(trained, written, structure.macs.dense, ops);
  const labels = outputNames(model.network, weights.labels);
  const metadata = new Map(labels ? [['labels', JSON.stringify(labels)]] : []);
  const exported = exportGraph(written, { producerVersion: compilerVersion(), metadata });
  const samples = Array.from({ length: structure.macs.dense > macBudget ? 2 : mostSamples }, (_, i) => randomInputs(written.graph, i + 1));
  const proof = proveExport(exported, written, samples, ops);
  const { bytes, opset, nodes } = exported;
  return { bytes, opset, nodes, structure, equivalence, proof };
}

/** @throws DiagnosticError `file/not-writable` */
export function writeExported(path: string, { bytes }: Pick<Exported, 'bytes'>): void {
  writeFilesAtomically(dirname(path), [{ name: basename(path), bytes }]);
}
