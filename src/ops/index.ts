// Every operator of the compiler, by name.

import type { Op, OpRegistry } from '../ir/op.ts';
import { constant } from './leaves/constant.ts';
import { inputOp } from './leaves/input.ts';
import { parameterOp } from './leaves/parameter.ts';
import { batchNorm } from './layers/batch-norm.ts';
import { conv } from './layers/conv.ts';
import { convTranspose } from './layers/conv-transpose.ts';
import { dense } from './layers/dense.ts';
import { dropout } from './layers/dropout.ts';
import { groupNorm } from './layers/group-norm.ts';
import { instanceNorm } from './layers/instance-norm.ts';
import { lrn } from './layers/lrn.ts';
import { normalizeInput } from './layers/normalize-input.ts';
import { scale } from './layers/scale.ts';
import { tapConv } from './layers/tap-conv.ts';
import { tapConvTranspose } from './layers/tap-conv-transpose.ts';
import { winogradConv } from './layers/winograd-conv.ts';
import { tapDense } from './layers/tap-dense.ts';
import { abs } from './activations/abs.ts';
import { clip } from './activations/clip.ts';
import { elu } from './activations/elu.ts';
import { exp } from './activations/exp.ts';
import { gelu } from './activations/gelu.ts';
import { hardSigmoid } from './activations/hard-sigmoid.ts';
import { hardSwish } from './activations/hard-swish.ts';
import { leakyRelu } from './activations/leaky-relu.ts';
import { logSoftmax } from './activations/log-softmax.ts';
import { log } from './activations/log.ts';
import { mish } from './activations/mish.ts';
import { pow } from './activations/pow.ts';
import { prelu } from './activations/prelu.ts';
import { relu } from './activations/relu.ts';
import { selu } from './activations/selu.ts';
import { sigmoid } from './activations/sigmoid.ts';
import { softmax } from './activations/softmax.ts';
import { softplus } from './activations/softplus.ts';
import { softsign } from './activations/softsign.ts';
import { sqrt } from './activations/sqrt.ts';
import { swish } from './activations/swish.ts';
import { tanh } from './activations/tanh.ts';
import { avgPool } from './pools/avg-pool.ts';
import { globalAvgPool } from './pools/global-avg-pool.ts';
import { globalMaxPool } from './pools/global-max-pool.ts';
import { maxPool } from './pools/max-pool.ts';
import { channelShuffle } from './shapes/channel-shuffle.ts';
import { concat } from './shapes/concat.ts';
import { flatten } from './shapes/flatten.ts';
import { depthToSpace } from './shapes/depth-to-space.ts';
import { pad } from './shapes/pad.ts';
import { resize } from './shapes/resize.ts';
import { spaceToDepth } from './shapes/space-to-depth.ts';
import { takeChannels } from './shapes/take-channels.ts';
import { upsample } from './shapes/upsample.ts';
import { add } from './arithmetic/add.ts';
import { divide } from './arithmetic/divide.ts';
import { maximum } from './arithmetic/maximum.ts';
import { minimum } from './arithmetic/minimum.ts';
import { multiply } from './arithmetic/multiply.ts';
import { negate } from './arithmetic/negate.ts';
import { positive } from './arithmetic/positive.ts';
import { subtract } from './arithmetic/subtract.ts';
import { avgPoolGrad } from './gradients/avg-pool-grad.ts';
import { channelSums } from './gradients/channel-sums.ts';
import { convGradInput } from './gradients/conv-grad-input.ts';
import { convGradWeight } from './gradients/conv-grad-weight.ts';
import { crop } from './gradients/crop.ts';
import { crossEntropy } from './gradients/cross-entropy.ts';
import { denseGradInput } from './gradients/dense-grad-input.ts';
import { denseGradWeight } from './gradients/dense-grad-weight.ts';
import { exchangeChannels } from './gradients/exchange-channels.ts';
import { groupNormGrad } from './gradients/group-norm-grad.ts';
import { logSoftmaxGrad } from './gradients/log-softmax-grad.ts';
import { lrnGrad } from './gradients/lrn-grad.ts';
import { maxPoolGrad } from './gradients/max-pool-grad.ts';
import { maxPoolPositions } from './gradients/max-pool-positions.ts';
import { placeSums } from './gradients/place-sums.ts';
import { putChannels } from './gradients/put-channels.ts';
import { reluGrad } from './gradients/relu-grad.ts';
import { resizeGrad } from './gradients/resize-grad.ts';
import { softmaxGrad } from './gradients/softmax-grad.ts';
import { squaredError } from './gradients/squared-error.ts';
import { sumShards } from './gradients/sum-shards.ts';
import { unflatten } from './gradients/unflatten.ts';
import { upsampleGrad } from './gradients/upsample-grad.ts';
import { channelSquares } from './training/channel-squares.ts';
import { dropoutMask } from './training/dropout-mask.ts';
import { normalizeDot } from './training/normalize-dot.ts';
import { normalizeGrad } from './training/normalize-grad.ts';
import { normalize } from './training/normalize.ts';
import { runningUpdate } from './training/running-update.ts';
import { adamStep } from './optimizers/adam-step.ts';
import { clampSmall } from './optimizers/clamp-small.ts';
import { clipFactor } from './optimizers/clip-factor.ts';
import { fromTiles } from './optimizers/from-tiles.ts';
import { gradientStep } from './optimizers/gradient-step.ts';
import { groupSquares } from './optimizers/group-squares.ts';
import { groupSubgradient } from './optimizers/group-subgradient.ts';
import { lookahead } from './optimizers/lookahead.ts';
import { momentumStep } from './optimizers/momentum-step.ts';
import { scaleGroups } from './optimizers/scale-groups.ts';
import { takeGroups } from './optimizers/take-groups.ts';
import { shrink } from './optimizers/shrink.ts';
import { toTiles } from './optimizers/to-tiles.ts';

const all: readonly Op[] = [
  // Leaves.
  inputOp,
  parameterOp,
  // The language, and what elimination turns it into.
  conv,
  tapConv,
  winogradConv,
  convTranspose,
  tapConvTranspose,
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
  ...selu,
  ...softplus,
  ...gelu,
  ...swish,
  ...mish,
  ...softsign,
  ...exp,
  ...log,
  ...sqrt,
  ...abs,
  ...pow,
  maxPool,
  avgPool,
  globalMaxPool,
  globalAvgPool,
  concat,
  pad,
  upsample,
  resize,
  takeChannels,
  channelShuffle,
  depthToSpace,
  spaceToDepth,
  flatten,
  add,
  subtract,
  multiply,
  divide,
  minimum,
  maximum,
  negate,
  constant,
  scale,
  lrn,
  softmax,
  logSoftmax,
  dropout,
  batchNorm,
  groupNorm,
  instanceNorm,
  normalizeInput,
  // Gradients.
  convGradInput,
  convGradWeight,
  exchangeChannels,
  denseGradInput,
  denseGradWeight,
  reluGrad,
  maxPoolPositions,
  maxPoolGrad,
  avgPoolGrad,
  crop,
  putChannels,
  upsampleGrad,
  resizeGrad,
  unflatten,
  softmaxGrad,
  logSoftmaxGrad,
  lrnGrad,
  groupNormGrad,
  placeSums,
  crossEntropy,
  squaredError,
  channelSums,
  sumShards,
  // Batch norm and dropout in training.
  channelSquares,
  normalize,
  normalizeDot,
  normalizeGrad,
  runningUpdate,
  dropoutMask,
  // Optimisers.
  momentumStep,
  gradientStep,
  lookahead,
  adamStep,
  clipFactor,
  groupSquares,
  shrink,
  scaleGroups,
  takeGroups,
  positive,
  groupSubgradient,
  clampSmall,
  toTiles,
  fromTiles,
];

export const ops: OpRegistry = new Map(all.map((op) => [op.name, op]));
