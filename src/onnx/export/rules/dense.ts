// Dense layers.

import { numbers } from '../../../ir/attributes.ts';
import type { ExportedNode, ExportRules } from '../exported-node.ts';

function gemm(of: ExportedNode, x: string, weight: string): void {
  of.last('Gemm', [x, weight, ...(of.operands.length > 2 ? [of.weight(2)] : [])], { transB: 1 });
}

export const denseRules: ExportRules = {
  dense: (of) => gemm(of, of.x.name, of.weight(1)),
  tap_dense: (of) => {
    const { taps } = of.attrs({ taps: numbers });
    if (taps.length > 0) {
      gemm(of, of.before('Gather', [of.x.name, of.integers('taps', taps)], { axis: 1 }), of.weight(1));
      return;
    }
    // Its bias alone, for as many samples as there are.
    const units = of.shape[1] ?? 1;
    gemm(of, of.before('Gather', [of.x.name, of.integers('taps', [0])], { axis: 1 }), of.weight(1, { shape: [units, 1], data: new Float64Array(units) }));
  },
};
