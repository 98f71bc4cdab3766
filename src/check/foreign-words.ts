// Words of PyTorch, Keras, ONNX, Caffe and the papers, and what stands for them here. Which operations, settings and
// structures exist is not known here but given: an entry that names one which does not exist yet says so, and begins
// to help when it does.

export type Subject = 'operation' | 'argument' | 'structure' | 'phase' | 'schedule' | 'optimizer' | 'phase-setting' | 'train-setting' | 'augment-setting' | 'sparsity-setting' | 'method' | 'constant' | 'data-set';

/** Of one thing: `ours` is what it is called here, now or one day; `advice` is for what is written in another way. */
interface Meaning {
  readonly words: readonly string[];
  readonly ours?: readonly string[];
  readonly advice?: string;
}

/** Words separated by spaces. */
const named = (ours: string, words: string): Meaning => ({ words: words.split(' '), ours: ours.split(' ') });
const written = (advice: string, words: string): Meaning => ({ words: words.split(' '), advice });

const inAPhase = 'it stands in a phase: `baseline { epochs = 12, batch = 64, rate = 0.01 }`';
const inOptimizer = 'it is an argument of the optimizer: `optimizer = sgd(rate = 0.01, momentum = 0.9, decay = 5e-4)`';
const behindStrength = 'how strong a penalty is stands in its line: `lasso filters of conv1 strength 5e-3`';
const ofTwoKinds = 'a penalty has a strength, `lasso filters of conv1 strength 5e-3`, or says what is left, `admm filters of conv1 keep 25%`';
const inTrain = 'it stands in `train`, outside of the phases';
const ownFolder = 'it is not built in: put it into a folder, and name that in quotes: `train on "data/mine"`';
const noShape = 'the shape of what a layer reads is known: leave it out';
const activation = 'activations are operations: `relu(conv(x, filters = 20, window = 5))`';

const meanings: Readonly<Record<Subject, readonly Meaning[]>> = {
  operation: [
    named('conv', 'conv2d conv1d convolution convolution2d nnconv2d'),
    named('dense', 'linear fc fullyconnected innerproduct gemm affine nnlinear'),
    named('batch_norm', 'bn batchnorm1d batchnorm2d batchnormalization spatialbatchnorm'),
    named('max_pool', 'maxpool2d maxpooling maxpooling2d maxpool1d'),
    named('avg_pool', 'avgpool2d averagepool averagepooling averagepooling2d avgpooling meanpool'),
    named('dropout', 'dropout1d dropout2d spatialdropout2d alphadropout'),
    named('add', 'sum plus residual eltwise elementwise elementwiseadd skip'),
    named('flatten', 'reshape view ravel'),
    named('normalize', 'normalization rescaling rescale standardize standardise'),
    named('global_avg_pool', 'globalavgpool2d globalaveragepool globalaveragepooling globalaveragepooling2d adaptiveavgpool adaptiveavgpool2d gap'),
    named('global_max_pool', 'globalmaxpool2d globalmaxpooling globalmaxpooling2d adaptivemaxpool2d'),
    written('`conv` with as many groups as channels: `conv(x, filters = 32, window = 3, groups = 32)`', 'depthwiseconv depthwiseconv2d depthwise'),
    written('two layers: `conv` with as many groups as channels, then `conv` with `window = 1`', 'separableconv separableconv2d'),
    written('the training loss is the cross-entropy of the scores that `return` gives', 'crossentropy crossentropyloss softmaxcrossentropy nllloss loss'),
    written('the mean squared error is what `task = regress` in the `train` block trains for', 'mse mseloss l2loss meansquarederror'),
    named('clip', 'clamp clipbyvalue'),
    written('`clip` of 0 and 6: `clip(x, low = 0, high = 6)`', 'relu6'),
    written('`clip` of -1 and 1: `clip(x, low = -1, high = 1)`', 'hardtanh'),
    named('swish', 'silu'),
    named('take_channels', 'slice split chunk narrow'),
    named('depth_to_space', 'pixelshuffle'),
    named('space_to_depth', 'pixelunshuffle'),
    named('channel_shuffle', 'shuffle shufflechannels'),
    named('pow', 'power square'),
    named('exp', 'exponential'),
    named('log', 'ln'),
    named('sqrt', 'squareroot'),
    named('abs', 'absolute'),
    written('the input stands in the head: `network Net(image: tensor[1, 28, 28]) { ... }`', 'input inputlayer placeholder'),
    written('layers follow one another by their names: `conv1 = conv(image, ...)`, `pool1 = max_pool(conv1, ...)`', 'sequential model module'),
    ...['lrn localresponsenorm localresponsenormalization', 'concat cat concatenate', 'sigmoid logistic', 'tanh', 'gelu', 'elu', 'selu', 'celu', 'mish', 'leaky_relu lrelu', 'prelu', 'hard_swish', 'hard_sigmoid', 'softplus', 'layer_norm layernormalization', 'group_norm groupnormalization', 'instance_norm instancenorm2d', 'multiply mul product', 'subtract sub', 'divide div', 'matmul mm', 'upsample upsampling2d', 'resize interpolate upsamplebilinear2d upsamplingbilinear2d', 'conv_transpose convtranspose2d conv2dtranspose deconv deconvolution', 'conv3d', 'lstm', 'gru', 'rnn', 'embedding', 'attention multiheadattention', 'pad zeropad2d zeropadding2d', 'transpose permute', 'argmax', 'identity'].map((words) => named(words.split(' ')[0] ?? '', words)),
  ],
  argument: [
    named('window', 'kernel kernelsize ksize filtersize poolsize kernelshape size'),
    named('filters units', 'outchannels numoutput outputchannels outfeatures outputs features hidden width channels neurons nodes'),
    named('filters', 'units'),
    named('units', 'filters'),
    named('stride', 'strides'),
    named('padding', 'pad pads paddings'),
    named('dilation', 'dilations dilationrate'),
    named('groups', 'group'),
    named('bias', 'usebias biasterm hasbias'),
    named('rate', 'p prob probability ratio dropprob keepprob lr learningrate initiallr'),
    named('epsilon', 'eps'),
    written('they are two arguments: `adam(rate = 1e-3, beta1 = 0.9, beta2 = 0.999)`', 'betas'),
    named('beta1', 'b1 rho1 momentum'),
    named('beta2', 'b2 rho2'),
    named('deviation', 'std stddev sigma scale variance'),
    named('mean', 'mu average'),
    named('slope', 'negativeslope alpha'),
    named('low', 'min minvalue minimum lower'),
    named('high', 'max maxvalue maximum upper'),
    named('size', 'localsize depthradius window kernelsize'),
    named('within', 'normregion withinchannel'),
    named('shift', 'bias biasterm'),
    named('decay', 'weightdecay l2 l2reg'),
    named('factor', 'gamma decayrate scalefactor scale'),
    named('at', 'milestones steps stepsize boundaries'),
    named('to', 'min etamin minimum end'),
    written(noShape, 'inchannels infeatures inputchannels inputshape inputdim inputsize'),
    written(activation, 'activation nonlinearity act activationfn'),
    written('a layer\'s name stands before the `=`: `conv1 = conv(...)`', 'name'),
    written('leave it out: which axis it is does not differ here: channels of `concat` and `batch_norm`, classes of `softmax`', 'axis axes dim dims'),
    named('mode', 'interpolation'),
    named('coordinates', 'aligncorners coordinatetransformationmode'),
    named('rounding', 'nearestmode'),
    written('leave it out: `upsample` repeats elements (nearest), `pad` writes zeros', 'mode interpolation aligncorners'),
    written('leave it out: images are channels first, and the module\'s order is an option of `build` (`--layout`)', 'dataformat'),
    written('penalties stand in a `sparsity` block, weight decay in the optimizer: `sgd(decay = 5e-4)`', 'kernelregularizer regularizer'),
  ],
  structure: [
    named('filters', 'kernels kernel outchannels outputchannels'),
    named('channels', 'inchannels inputchannels'),
    named('fibers', 'shapes shape filtershapes taps'),
    named('neurons', 'units nodes outputs'),
    named('inputs', 'features pixels'),
    written('rows of the weight matrix are `filters` of a convolution, `neurons` of a dense layer', 'rows row'),
    written('columns of the weight matrix are `fibers` of a convolution, `inputs` of a dense layer', 'columns column cols'),
    named('filters_2d', 'kernels2d filters2d planes'),
    named('vectors', 'vector'),
    named('blocks', 'block tiles tile'),
    named('elements', 'weights element unstructured l1'),
    named('layers', 'depth layer'),
    named('branches', 'branch residuals shortcuts'),
    named('coupled_filters', 'coupled coupled_channels dependency_groups depgraph'),
    named('groups', 'group'),
  ],
  phase: [
    named('baseline', 'pretrain pretraining train training fit dense initial main'),
    named('sparsify', 'prune pruning sparse sparsification regularize regularise compress lasso'),
    named('finetune', 'retrain retraining tune refine recover finetuning'),
    named('augment', 'augmentation augmentations transform transforms'),
    written('it is a setting of the phase: `baseline { epochs = 12, rate = 0.1, warmup = 1 }`', 'warmup'),
    written('there is no phase for it; a rate that changes is `rate = cosine(0.02)` or `rate = step(0.03, at = 0.7)`', 'cooldown anneal'),
    written('there is no phase for it: held-out samples are looked at after every epoch, the test set after every phase', 'test eval evaluate validate validation'),
  ],
  schedule: [
    named('constant', 'fixed const'),
    named('step', 'multistep multisteplr steplr piecewise piecewiseconstant stepdecay'),
    named('cosine', 'cosineannealing cosineannealinglr cosinedecay'),
    ...['exponential exponentiallr exponentialdecay exp', 'linear linearlr', 'polynomial poly polynomialdecay', 'plateau reducelronplateau', 'cyclic cycliclr', 'one_cycle onecyclelr'].map((words) => named(words.split(' ')[0] ?? '', words)),
    written('it is a setting of the phase beside its rate: `rate = cosine(0.1), warmup = 1`', 'warmup linearwarmup'),
  ],
  optimizer: [
    named('sgd', 'momentum gradientdescent'),
    written('it is a flag of `sgd`: `sgd(rate = 0.01, momentum = 0.9, nesterov = true)`', 'nesterov nag'),
    named('adam', 'adamw'),
    ...['adamax', 'nadam', 'rmsprop', 'adagrad', 'adadelta', 'lamb', 'lars', 'lion', 'lbfgs'].map((word) => named(word, word)),
  ],
  'phase-setting': [
    named('rate', 'lr learningrate baselr initiallr stepsize scheduler schedule lrpolicy'),
    named('batch', 'batchsize minibatch bs'),
    named('epochs', 'epoch numepochs nepochs nbepochs iterations iters steps maxiter'),
    named('optimizer', 'optim optimiser solver method'),
    named('warmup', 'warmupepochs warmupsteps warmupiters numwarmupsteps'),
    named('label_smoothing', 'smoothing labelsmoothingfactor smooth'),
    named('clip_gradients', 'clip clipnorm globalclipnorm maxnorm maxgradnorm clipgradnorm gradclip gradclipnorm gradientclipping gradientclipval gradientclip'),
    written('gradients are clipped by their norm, all together: `clip_gradients = 1.0`', 'clipvalue clipgradvalue'),
    named('patience', 'earlystopping earlystop nochangeepochs niternochange'),
    written('the weights of the epoch with the least held-out error: `keep = best`', 'savebestonly savebest restorebestweights restorebest checkpoint modelcheckpoint best'),
    written(inOptimizer, 'weightdecay decay l2 momentum nesterov'),
    written('it is an argument of the optimizer: `optimizer = adam(rate = 1e-3, beta1 = 0.9, epsilon = 1e-8)`', 'beta1 beta2 betas epsilon eps'),
    written(behindStrength, 'strength lambda l1 penalty lasso'),
    written(inTrain, 'seed heldout classweights'),
  ],
  'train-setting': [
    named('seed', 'randomseed randomstate manualseed rngseed'),
    named('held_out', 'validation validationsplit valsplit val holdout testsize validationshare'),
    written(inAPhase, 'epochs epoch numepochs batch batchsize optimizer optimiser rate lr learningrate momentum weightdecay decay scheduler schedule'),
    named('task', 'loss criterion objective goal'),
    named('class_weights', 'classweight weight weights lossweight lossweights'),
    written('it is a block: `augment { pad = 4, mirror = true }`', 'augment augmentation augmentations transform transforms'),
    written('threads are an option of the command: `train FILE --out RUN --threads 2`', 'threads workers numworkers'),
  ],
  'augment-setting': [
    named('pad', 'padding crop randomcrop randomtranslation shift translate translation widthshiftrange heightshiftrange'),
    named('mirror', 'flip fliplr hflip horizontalflip randomflip randomhorizontalflip'),
    ...['flipud vflip verticalflip randomverticalflip', 'rotate rotation rotationrange randomrotation', 'scale zoom zoomrange randomresizedcrop', 'jitter colorjitter brightness contrast saturation hue', 'cutout erase randomerasing', 'mixup', 'cutmix', 'noise gaussiannoise'].map((words) => named(words.split(' ')[0] ?? '', words)),
    written('crops are as large as the images: `pad` alone says how far they move', 'size cropsize'),
  ],
  'sparsity-setting': [
    named('method', 'algorithm optimizer solver'),
    named('weighting', 'weight weights normalization scaling'),
    written(behindStrength, 'strength lambda alpha l1 penalty'),
    written(ofTwoKinds, 'l2 ratio sparsity target threshold keep budget'),
  ],
  method: [named('magnitude', 'prune pruning l1 threshold'), named('lasso', 'group grouplasso penalty proximal l2'), named('admm', 'structadmm')],
  constant: [
    written('it is what the padding of a window may be: `conv(x, filters = 20, window = 5, padding = same)`', 'same'),
    written('no padding is `padding = 0`', 'valid'),
    written('a value that is not given is left out', 'none null nil undefined'),
    written(activation, 'relu tanh sigmoid'),
    written('statistics of the training set are `normalize(image, mean = per_pixel, deviation = per_channel)`', 'perpixel pixels pixel perchannel channels channel dataset'),
    written('weights that make all classes count alike are `class_weights = balanced`', 'balance auto inverse'),
  ],
  'data-set': [
    named('cifar10', 'cifar'),
    written(ownFolder, 'cifar100 imagenet ilsvrc fashionmnist emnist kmnist svhn stl10 caltech101 coco usps iris'),
  ],
};

/** Case and underscores make no other word. */
const spelled = (word: string): string => word.toLowerCase().replaceAll('_', '');

const bySubject: ReadonlyMap<string, ReadonlyMap<string, readonly Meaning[]>> = new Map(
  Object.entries(meanings).map(([subject, list]) => {
    const byWord = new Map<string, Meaning[]>();
    for (const meaning of list) {
      for (const word of meaning.words) byWord.set(spelled(word), [...(byWord.get(spelled(word)) ?? []), meaning]);
    }
    return [subject, byWord];
  }),
);

/** What a known word of elsewhere, or one of ours in another spelling, stands for. */
export interface ForeignWord {
  readonly help: string;
  /** Nothing stands for it: the list of what there is goes on. */
  readonly missing: boolean;
}

/** @param known What there is, of which the advice names nothing else. */
export function foreignWord(subject: Subject, name: string, known: readonly string[]): ForeignWord | undefined {
  const word = spelled(name);
  const same = known.find((each) => spelled(each) === word);
  if (same !== undefined) return { help: `did you mean "${same}"?`, missing: false };
  const found = bySubject.get(subject)?.get(word) ?? [];
  const existing = found.flatMap(({ ours = [] }) => ours).find((each) => known.includes(each));
  if (existing !== undefined) return { help: `here it is called \`${existing}\``, missing: false };
  const advised = found.find(({ advice }) => advice !== undefined)?.advice;
  if (advised !== undefined) return { help: advised, missing: false };
  // An argument that another operation has is no argument of this one, whenever.
  return found.length > 0 && subject !== 'argument' ? { help: `there is no \`${name}\` yet`, missing: true } : undefined;
}
