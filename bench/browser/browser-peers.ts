// Candidates of suite `browser` in Node: the parts that the page makes each ready from.

import type { EmittedFile } from '../../src/emit/emit-module.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { liteRtParts } from '../peers/litert.ts';
import { ortParts } from '../peers/ort.ts';
import type { OrtParts } from '../peers/ort-run.ts';
import { buildSsl, mainOf } from '../peers/ssl.ts';
import { plainNetwork } from '../plain-network.ts';
import type { Given } from '../suites/entrants.ts';
import type { Candidate, PageEntrant, Parts } from './parts.ts';

/** Makes the files of a module loadable in the page; gives the address of the folder. */
export type ServeFiles = (candidate: Candidate, files: readonly EmittedFile[]) => string;

/** What a candidate of a page is given. */
export interface PageGiven extends Given {
  /** The file that the network was imported from, which onnxruntime then runs itself. */
  readonly model?: OrtParts;
}

export interface BrowserPeer {
  readonly name: Candidate;
  /** The npm package it comes from; absent for our own. */
  readonly packageName?: string;
  readonly entrant: (given: PageGiven, serve: ServeFiles) => Promise<PageEntrant>;
}

type MakeParts<Name extends Candidate> = (given: PageGiven, serve: ServeFiles) => Parts[Name] | Promise<Parts[Name]>;

function browserPeer<Name extends Candidate>(name: Name, packageName: string | undefined, parts: MakeParts<Name>): BrowserPeer {
  const entrant: BrowserPeer['entrant'] = async (given, serve) => ({ name, parts: await parts(given, serve) }) as PageEntrant;
  return { name, ...(packageName !== undefined && { packageName }), entrant };
}

function sslParts<Name extends 'ssl-wasm' | 'ssl-relaxed'>(name: Name): MakeParts<Name> {
  return async ({ program, input }, serve) => {
    const { files, positions } = await buildSsl(program, wasmTarget);
    return { module: `${serve(name, files)}${mainOf(files).path}`, input, positions };
  };
}

export const browserPeers: readonly BrowserPeer[] = [
  browserPeer('ssl-wasm', undefined, sslParts('ssl-wasm')),
  browserPeer('ssl-relaxed', undefined, sslParts('ssl-relaxed')),
  browserPeer('litert', '@litertjs/core', ({ program, input }) => liteRtParts(program, input)),
  browserPeer('litert-resident', '@litertjs/core', ({ program, input }) => liteRtParts(program, input)),
  browserPeer('ort-web', 'onnxruntime-web', ({ program, input, model }) => model ?? ortParts(program, input)),
  browserPeer('tfjs-wasm', '@tensorflow/tfjs-backend-wasm', ({ program, input }) => ({ network: plainNetwork(program), input })),
];
