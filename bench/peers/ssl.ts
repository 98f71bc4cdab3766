// Our own modules, built through the compiler's TypeScript API from a network said in `.ssl`.

import type { Network } from '../network.ts';
import type { Peer } from './peer.ts';

export interface SslModule {
  readonly run: (input: Float32Array) => Float32Array;
  readonly bytes: number;
  readonly gzipBytes: number;
}

export type SslTarget = 'wasm' | 'js';

/** Zero weights are the mask: the compiler removes every filter, channel and shape fiber that is zero. */
export async function sslModule(_network: Network, target: SslTarget): Promise<SslModule> {
  throw new Error(`the compiler cannot build ${target} modules yet: leave ssl-${target} out with --candidates`);
}

function sslPeer(target: SslTarget): Peer {
  return {
    name: `ssl-${target}`,
    prepare: async (network, input) => {
      const { run, bytes, gzipBytes } = await sslModule(network, target);
      let result: Float32Array = new Float32Array();
      return {
        run: () => {
          result = run(input);
        },
        output: () => result,
        bytes,
        gzipBytes,
        release: () => undefined,
      };
    },
  };
}

export const sslWasm: Peer = sslPeer('wasm');
export const sslJs: Peer = sslPeer('js');
