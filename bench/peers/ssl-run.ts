// Our own modules as they are run, in Node or in a page.

import type { Net } from '../../src/runtime/net.ts';
import type { PreparedRun } from './peer.ts';

type Run = Pick<PreparedRun, 'run' | 'output'>;

/** Refuses a module that runs another version of its code than is measured: the engine may not have it. */
export function runningAs(version: string, net: Net): Net {
  const { runs = version } = net.meta as { readonly runs?: string };
  if (runs !== version) throw new Error(`this engine runs the ${runs} version, not the ${version} one: name the other candidates with --candidates`);
  return net;
}

/**
 * @param input CHW.
 * @param positions Of a layer alone, whose map nobody would transpose: where each number of the output lies, CHW, in the
 * view `net.output`. Absent: the module is run as a user calls it.
 */
export function sslRun(net: Net, input: Float32Array, positions: Int32Array | undefined): Run {
  return positions ? nativeRun(net, input, positions) : wholeRun(net, input);
}

function wholeRun(net: Net, input: Float32Array): Run {
  let result: Float32Array = new Float32Array();
  return {
    run: () => {
      result = net.run(input);
    },
    output: () => result,
  };
}

/**
 * In the layouts the kernels use: image copied in, map copied out, nothing transposed. The copy is one buffer for all
 * runs, as `net.run(input, into)` has it: fresh memory for each megabyte costs a page more than the layer.
 */
function nativeRun(net: Net, input: Float32Array, positions: Int32Array): Run {
  net.run(input);
  const image = net.input.slice();
  const result = new Float32Array(net.output.length);
  return {
    run: () => {
      net.input.set(image);
      net.compute();
      result.set(net.output);
    },
    output: () => Float32Array.from(positions, (position) => result[position] as number),
  };
}
