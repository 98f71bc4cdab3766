// Which data set to evaluate on. `--on` names it as `train on` does. Else a folder of `--data` that holds a data
// set is that data set, and any other is one to look in for the data set that the network's source names.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Dataset } from '../../data/dataset.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import type { Reading } from '../../data/image-shape.ts';
import type { DatasetReference } from '../../ir/network.ts';
import { holdsData } from './data-folder.ts';
import { loadDataset, requireFolder } from './load-dataset.ts';
import type { DataSearch } from './search-path.ts';

export interface DataRequest {
  /** What is evaluated, for messages. */
  readonly place: string;
  /** The name or path of a data set. */
  readonly on?: string | undefined;
  /** The data set that the network's source names. */
  readonly own?: DatasetReference | undefined;
  /** What it reads. */
  readonly reading?: Reading | undefined;
}

/** Fails with `data/*` diagnostics. */
export async function evaluationData({ place, on, own, reading }: DataRequest, search: DataSearch): Promise<Dataset> {
  if (on !== undefined) return loadDataset(on, search, reading);
  const { directory, workingDirectory = process.cwd() } = search;
  const folder = directory === undefined ? undefined : resolve(workingDirectory, directory);
  if (directory !== undefined && folder !== undefined) {
    requireFolder(folder);
    if (await holdsData(folder)) {
      // The one who meant to say where to look would get the figures of other data.
      const name = own && nameOf(own);
      if (name !== undefined && existsSync(resolve(folder, name))) fail(dataDiagnostics['two-meanings']({ args: [directory, name], help: `say which: --on ${name}, or --on ${directory}` }));
      return { ...(await loadDataset({ kind: 'folder', path: folder }, search, reading)), name: directory };
    }
    if (own === undefined || isDrawn(own)) fail(dataDiagnostics['no-layout']({ args: [directory], help: own === undefined ? 'name the folder of the data itself, or what to look for in it: --on NAME' : 'leave --data out: digits are drawn by the program' }));
  }
  if (own === undefined) return fail(dataDiagnostics.unnamed({ args: [place], help: 'name it: --data FOLDER, or --on with what stands after `train on`' }));
  return loadDataset(own, search, reading);
}

function nameOf(own: DatasetReference): string {
  return own.kind === 'named' ? own.name : own.path;
}

function isDrawn(own: DatasetReference): boolean {
  return own.kind === 'named' && own.name === 'digits';
}
