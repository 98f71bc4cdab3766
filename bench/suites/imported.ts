// Suite `imported`: models of other people, imported from their ONNX files, in a page of headless Chromium beside the
// libraries that run there. onnxruntime runs the file itself, tfjs and LiteRT what `plainNetwork` says of the import.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataRoots } from '../../src/driver/data/search-path.ts';
import { UsageError } from '../arguments.ts';
import { browserPeers } from '../browser/browser-peers.ts';
import type { Measured, Suite, SuiteContext } from '../suite.ts';
import { packagesOf } from './entrants.ts';
import { runInPage } from './in-page.ts';
import type { PageCase } from './in-page.ts';
import { importedTables } from './imported-tables.ts';
import { importedTrial } from './imported-trial.ts';

/** Folders of `onnx/models` of the data. */
const names: readonly string[] = ['mobilenet-v2-035', 'yamnet-256'];

/** @throws UsageError where no data are. */
function folderOf(name: string): string {
  const roots = dataRoots();
  const folders = roots.map((root) => join(root, 'onnx', 'models', name));
  const found = folders.find((folder) => existsSync(join(folder, 'model.onnx')));
  if (found === undefined) throw new UsageError(`there is no onnx/models/${name} in ${roots.join(', ')}: name the folder of data in SSL_DATA`);
  return found;
}

async function run(context: SuiteContext): Promise<Measured> {
  // All are looked for before the first is measured.
  const cases = names.filter(context.wantsCase).map((name): PageCase => {
    const folder = folderOf(name);
    return { name, trial: () => importedTrial(name, folder) };
  });
  return runInPage(cases, context);
}

export const importedSuite: Suite = {
  name: 'imported',
  doc: 'MobileNetV2 and YAMNet of ONNX files in headless Chromium, beside the libraries of `browser`',
  candidates: browserPeers.map(({ name }) => name),
  cases: names,
  packages: packagesOf(browserPeers),
  run,
  tables: importedTables,
};
