// Networks in gpu.js, which is the user's own package: looked for from the working directory.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../../base/diagnostic.ts';
import { present } from '../../base/invariant.ts';
import type { Program, Value } from '../../ir/graph.ts';
import type { OpRegistry } from '../../ir/op.ts';
import { rewrite } from '../../passes/rewrite.ts';
import type { GpuNet, GpuOptions } from '../../runtime/gpujs-net.ts';
import { lowerFor } from './build-target.ts';
import type { BuildTarget } from './build-target.ts';
import { moduleDiagnostics } from '../diagnostics.ts';

/** The mode of gpu.js that computes everywhere. @throws DiagnosticError `module/no-gpujs` */
export async function gpujsOptions(): Promise<GpuOptions> {
  const from = createRequire(join(process.cwd(), 'package.json'));
  let path: string;
  try {
    path = from.resolve('gpu.js');
  } catch {
    return fail(moduleDiagnostics['no-gpujs']({ args: [process.cwd()], help: 'run `npm install gpu.js` there' }));
  }
  const { GPU, default: whole } = (await import(pathToFileURL(path).href)) as { GPU?: GpuOptions['GPU']; default?: { GPU: GpuOptions['GPU'] } };
  return { GPU: present(GPU ?? whole?.GPU, 'class GPU of gpu.js'), mode: 'cpu' };
}

/** The network up to one of its values. */
export async function startGpujs(target: BuildTarget, { graph, parameters }: Program, value: Value, options: GpuOptions, ops: OpRegistry): Promise<GpuNet> {
  const program = rewrite({ graph: { ...graph, outputs: [{ name: 'output', value }] }, parameters }, ops, () => undefined);
  const { files } = await lowerFor(target, program, ops)({ name: 'probe', file: 'probe', layout: 'chw', inline: false, meta: null });
  const text = present(files.find(({ path }) => path.endsWith('.js')), 'ES module').content;
  const weights = files.find(({ path }) => path.endsWith('.bin'))?.content;
  const { load } = (await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as { load: (options: object) => Promise<GpuNet> };
  return load({ ...options, ...(weights !== undefined && { weights }) });
}
