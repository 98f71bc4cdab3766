// Gradients whose norm, over all trained parameters together, is at most a limit (Pascanu et al., 2013):
//
//   g' = g * min(1, limit / ||all g||)
//
// The norm is that of the loss alone: decay and penalties come after it. What masks hold at zero counts for nothing. Sums
// of rows, then of their sums, in an order that no thread changes.

import type { GraphBuilder } from '../ir/builder.ts';
import type { TrainedParameter } from './optimizers/optimizer.ts';

export function clipGradients(builder: GraphBuilder, parameters: readonly TrainedParameter[], limit: number): readonly TrainedParameter[] {
  const living = parameters.map((parameter): TrainedParameter => {
    const { gradient, mask, layer } = parameter;
    return mask ? { ...parameter, gradient: builder.one('multiply', [gradient, mask], {}, { layer }) } : parameter;
  });
  const squares = living.map(({ gradient, layer }) => {
    const view = builder.shapeOf(gradient);
    return builder.one('group_squares', [gradient], { view, keep: view.length > 1 ? [0] : [] }, { layer });
  });
  const factor = builder.one('clip_factor', squares, { limit });
  return living.map((parameter) => {
    const { gradient, layer } = parameter;
    // One group of all elements.
    return { ...parameter, gradient: builder.one('scale_groups', [gradient, factor], { view: builder.shapeOf(gradient), keep: [] }, { layer }) };
  });
}
