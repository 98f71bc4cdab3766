// Every operator of the compiler, by name.

import type { Op, OpRegistry } from '../ir/op.ts';
import { add } from './add.ts';
import { avgPool } from './avg-pool.ts';
import { avgPoolGrad } from './avg-pool-grad.ts';
import { batchNorm } from './batch-norm.ts';
import { channelSquares } from './channel-squares.ts';
import { channelSums } from './channel-sums.ts';
import { clampSmall } from './clamp-small.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { convGradInput } from './conv-grad-input.ts';
import { convGradWeight } from './conv-grad-weight.ts';
import { crossEntropy } from './cross-entropy.ts';
import { crop } from './crop.ts';
import { dense } from './dense.ts';
import { denseGradInput } from './dense-grad-input.ts';
import { denseGradWeight } from './dense-grad-weight.ts';
import { dropout } from './dropout.ts';
import { dropoutMask } from './dropout-mask.ts';
import { elu } from './elu.ts';
import { flatten } from './flatten.ts';
import { fromTiles } from './from-tiles.ts';
import { globalAvgPool } from './global-avg-pool.ts';
import { globalMaxPool } from './global-max-pool.ts';
import { gradientStep } from './gradient-step.ts';
import { groupSquares } from './group-squares.ts';
import { groupSubgradient } from './group-subgradient.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardSwish } from './hard-swish.ts';
import { inputOp } from './input.ts';
import { leakyRelu } from './leaky-relu.ts';
import { logSoftmax } from './log-softmax.ts';
import { logSoftmaxGrad } from './log-softmax-grad.ts';
import { lrn } from './lrn.ts';
import { lrnGrad } from './lrn-grad.ts';
import { maxPool } from './max-pool.ts';
import { maxPoolGrad } from './max-pool-grad.ts';
import { maxPoolPositions } from './max-pool-positions.ts';
import { momentumStep } from './momentum-step.ts';
import { multiply } from './multiply.ts';
import { normalize } from './normalize.ts';
import { normalizeDot } from './normalize-dot.ts';
import { normalizeGrad } from './normalize-grad.ts';
import { normalizeInput } from './normalize-input.ts';
import { pad } from './pad.ts';
import { parameterOp } from './parameter.ts';
import { positive } from './positive.ts';
import { placeSums } from './place-sums.ts';
import { prelu } from './prelu.ts';
import { relu } from './relu.ts';
import { reluGrad } from './relu-grad.ts';
import { runningUpdate } from './running-update.ts';
import { scale } from './scale.ts';
import { scaleGroups } from './scale-groups.ts';
import { shrink } from './shrink.ts';
import { sigmoid } from './sigmoid.ts';
import { softmax } from './softmax.ts';
import { softmaxGrad } from './softmax-grad.ts';
import { subtract } from './subtract.ts';
import { sumShards } from './sum-shards.ts';
import { takeChannels } from './take-channels.ts';
import { tanh } from './tanh.ts';
import { tapConv } from './tap-conv.ts';
import { tapDense } from './tap-dense.ts';
import { toTiles } from './to-tiles.ts';
import { unflatten } from './unflatten.ts';
import { upsample } from './upsample.ts';
import { upsampleGrad } from './upsample-grad.ts';

const all: readonly Op[] = [
  // Leaves.
  inputOp,
  parameterOp,
  // The language, and what elimination turns it into.
  conv,
  tapConv,
  dense,
  tapDense,
  relu,
  ...sigmoid,
  ...tanh,
  ...clip,
  ...leakyRelu,
  prelu,
  ...elu,
  ...hardSigmoid,
  ...hardSwish,
  maxPool,
  avgPool,
  globalMaxPool,
  globalAvgPool,
  concat,
  pad,
  upsample,
  flatten,
  add,
  multiply,
  scale,
  lrn,
  softmax,
  logSoftmax,
  dropout,
  batchNorm,
  normalizeInput,
  // Gradients.
  convGradInput,
  convGradWeight,
  denseGradInput,
  denseGradWeight,
  reluGrad,
  maxPoolPositions,
  maxPoolGrad,
  avgPoolGrad,
  crop,
  takeChannels,
  upsampleGrad,
  unflatten,
  softmaxGrad,
  logSoftmaxGrad,
  lrnGrad,
  placeSums,
  crossEntropy,
  channelSums,
  sumShards,
  // Batch norm and dropout in training.
  channelSquares,
  normalize,
  normalizeDot,
  normalizeGrad,
  runningUpdate,
  dropoutMask,
  subtract,
  // Optimisers.
  momentumStep,
  gradientStep,
  groupSquares,
  shrink,
  scaleGroups,
  positive,
  groupSubgradient,
  clampSmall,
  toTiles,
  fromTiles,
];

export const ops: OpRegistry = new Map(all.map((op) => [op.name, op]));
