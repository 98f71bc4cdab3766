// Functions of single elements, and softmax.

import { flag, number } from '../../../ir/attributes.ts';
import type { ExportedNode, ExportRule, ExportRules } from '../exported-node.ts';
import type { AttributeValues } from '../graph-writer.ts';

function plain(opType: string, attributes: (of: ExportedNode) => AttributeValues = () => ({}), since?: number): ExportRule {
  return (of) => of.last(opType, [of.x.name], attributes(of), since);
}

const float = (name: string) => (of: ExportedNode): { readonly float: number } => ({ float: of.attrs({ [name]: number })[name] as number });

/** x * of(x) */
function gated(gate: (of: ExportedNode) => string): ExportRule {
  return (of) => of.last('Mul', [of.x.name, gate(of)]);
}

function clip(of: ExportedNode): void {
  const { low, high } = of.attrs({ low: number, high: number });
  of.last('Clip', [of.x.name, of.scalar(low), of.scalar(high)]);
}

export const activationRules: ExportRules = {
  relu: plain('Relu'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  clip,
  leaky_relu: plain('LeakyRelu', (of) => ({ alpha: float('slope')(of) })),
  prelu: (of) => of.last('PRelu', [of.x.name, of.perChannel(1)]),
  elu: plain('Elu', (of) => ({ alpha: float('alpha')(of) })),
  selu: plain('Selu', (of) => ({ alpha: float('alpha')(of), gamma: float('gamma')(of) })),
  hard_sigmoid: plain('HardSigmoid', ({ writer }) => ({ alpha: writer.ownFloat(1 / 6), beta: { float: 0.5 } })),
  hard_swish: plain('HardSwish'),
  softplus: plain('Softplus'),
  softsign: plain('Softsign'),
  gelu: plain('Gelu', (of) => ({ approximate: of.attrs({ approximate: flag }).approximate ? 'tanh' : 'none' }), 20),
  mish: plain('Mish', () => ({}), 18),
  swish: gated((of) => {
    const { beta } = of.attrs({ beta: number });
    return of.before('Sigmoid', [beta === 1 ? of.x.name : of.before('Mul', [of.x.name, of.scalar(beta)])]);
  }),
  exp: plain('Exp'),
  log: plain('Log'),
  sqrt: plain('Sqrt'),
  abs: plain('Abs'),
  negate: plain('Neg'),
  pow: (of) => of.last('Pow', [of.x.name, of.scalar(of.attrs({ exponent: number }).exponent)]),
  softmax: plain('Softmax', () => ({ axis: 1 })),
  log_softmax: plain('LogSoftmax', () => ({ axis: 1 })),
};
