// The target `gpujs`: kernels a thread an element, which the app's own gpu.js compiles.

import { present } from '../../base/invariant.ts';
import type { GpuOptions } from '../../runtime/gpujs-net.ts';
import { onlyVersion } from '../target.ts';
import type { Target } from '../target.ts';

export const gpujsTarget: Target<'gpujs', false> = {
  name: 'gpujs',
  doc: 'kernels for gpu.js',
  atOnce: false,
  hasThreads: false,
  needs: {
    name: 'gpu.js',
    options: (imported) => {
      const { GPU, default: whole } = imported as { readonly GPU?: GpuOptions['GPU']; readonly default?: { readonly GPU?: GpuOptions['GPU'] } };
      // The mode that computes everywhere.
      return { GPU: present(GPU ?? whole?.GPU, 'class GPU of gpu.js'), mode: 'cpu' };
    },
  },
  dumps: [],
  versions: onlyVersion('gpujs'),
  lower: async (program, ops) => {
    const [{ lowerThreads }, { emitGpujs }] = await Promise.all([import('../../lower/threads/lower-threads.ts'), import('./emit.ts')]);
    const module = lowerThreads(program, ops);
    return { dumps: new Map(), emit: (request) => emitGpujs({ ...request, module }) };
  },
  start: async (program, ops, given) => (await import('./start.ts')).startThreads(program, ops, given as GpuOptions),
};
