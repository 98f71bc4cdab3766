// Candidates of suite `browser` in Node: the parts that the page makes each ready from.

import type { EmittedFile } from '../../src/emit/emit-module.ts';
import type { Program } from '../../src/ir/graph.ts';
import { wasmTarget } from '../../src/targets/wasm/target.ts';
import { liteRtParts } from '../peers/litert.ts';
import { ortParts } from '../peers/ort.ts';
import { buildSsl, mainOf } from '../peers/ssl.ts';
import { plainNetwork } from '../plain-network.ts';
import type { Candidate, PageEntrant, Parts } from './parts.ts';

/** Makes the files of a module loadable in the page; gives the address of the folder. */
export type ServeFiles = (candidate: Candidate, files: readonly EmittedFile[]) => string;

export interface BrowserPeer {
  readonly name: Candidate;
  /** The npm package it comes from; absent for our own. */
  readonly packageName?: string;
  /** @param input CHW. */
  readonly entrant: (program: Program, input: Float32Array, serve: ServeFiles) => Promise<PageEntrant>;
}

type MakeParts<Name extends Candidate> = (program: Program, input: Float32Array, serve: ServeFiles) => Parts[Name] | Promise<Parts[Name]>;

function browserPeer<Name extends Candidate>(name: Name, packageName: string | undefined, parts: MakeParts<Name>): BrowserPeer {
  const entrant: BrowserPeer['entrant'] = async (program, input, serve) => ({ name, parts: await parts(program, input, serve) }) as PageEntrant;
  return { name, ...(packageName !== undefined && { packageName }), entrant };
}

function sslParts<Name extends 'ssl-wasm' | 'ssl-relaxed'>(name: Name): MakeParts<Name> {
  return async (program, input, serve) => {
    const { files, positions } = await buildSsl(program, wasmTarget);
    return { module: `${serve(name, files)}${mainOf(files).path}`, input, positions };
  };
}

export const browserPeers: readonly BrowserPeer[] = [
  browserPeer('ssl-wasm', undefined, sslParts('ssl-wasm')),
  browserPeer('ssl-relaxed', undefined, sslParts('ssl-relaxed')),
  browserPeer('litert', '@litertjs/core', liteRtParts),
  browserPeer('litert-resident', '@litertjs/core', liteRtParts),
  browserPeer('ort-web', 'onnxruntime-web', ortParts),
  browserPeer('tfjs-wasm', '@tensorflow/tfjs-backend-wasm', (program, input) => ({ network: plainNetwork(program), input })),
];
