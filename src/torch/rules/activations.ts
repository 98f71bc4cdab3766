// Functions of single elements, and softmax.

import { flag, number } from '../../ir/attributes.ts';
import { pythonCall, pythonNumber } from '../python-text.ts';
import type { TorchNode, TorchRule, TorchRules } from '../torch-node.ts';

const plain = (callee: string): TorchRule => ({ x }) => pythonCall(callee, [x.text]);

const numberOf = (of: TorchNode, name: string): string => pythonNumber(of.attrs({ [name]: number })[name] as number);

export const activationRules: TorchRules = {
  relu: plain('F.relu'),
  sigmoid: plain('torch.sigmoid'),
  tanh: plain('torch.tanh'),
  // Its gradient is 0 at the bounds, as that of the compiler.
  clip: (of) => pythonCall('F.hardtanh', [of.x.text, numberOf(of, 'low'), numberOf(of, 'high')]),
  leaky_relu: (of) => pythonCall('F.leaky_relu', [of.x.text, numberOf(of, 'slope')]),
  prelu: (of) => pythonCall('F.prelu', [of.x.text, ...of.parameters]),
  elu: (of) => pythonCall('F.elu', [of.x.text, numberOf(of, 'alpha')]),
  selu: (of) => `${numberOf(of, 'gamma')} * ${pythonCall('F.elu', [of.x.text, numberOf(of, 'alpha')])}`,
  hard_sigmoid: plain('F.hardsigmoid'),
  hard_swish: plain('F.hardswish'),
  softplus: ({ x }) => pythonCall('F.softplus', [x.text], { threshold: '40' }),
  softsign: plain('F.softsign'),
  gelu: (of) => pythonCall('F.gelu', [of.x.text], { approximate: of.attrs({ approximate: flag }).approximate ? "'tanh'" : undefined }),
  mish: plain('F.mish'),
  swish: (of) => {
    const beta = numberOf(of, 'beta');
    return beta === '1' ? pythonCall('F.silu', [of.x.text]) : `${of.x.text} * torch.sigmoid(${beta} * ${of.x.text})`;
  },
  exp: plain('torch.exp'),
  log: plain('torch.log'),
  sqrt: plain('torch.sqrt'),
  abs: plain('torch.abs'),
  negate: plain('torch.neg'),
  pow: (of) => pythonCall('torch.pow', [of.x.text, numberOf(of, 'exponent')]),
  softmax: ({ x }) => pythonCall('torch.softmax', [x.text], { dim: '1' }),
  log_softmax: ({ x }) => pythonCall('torch.log_softmax', [x.text], { dim: '1' }),
};
