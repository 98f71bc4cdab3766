// Convolutions and dense layers.

import { flag, number } from '../../ir/attributes.ts';
import { spreadAttributes } from '../../ops/support/conv-transpose.ts';
import { windowAttributes } from '../../ops/support/window.ts';
import { pythonCall, pythonTuple } from '../python-text.ts';
import type { TorchNode, TorchRules } from '../torch-node.ts';
import { evenPadding, sidesText, unless } from './windows.ts';

function convolution(of: TorchNode): string {
  const { stride, padding, dilation, groups } = of.attrs({ ...windowAttributes, groups: number, bias: flag });
  const even = evenPadding(padding);
  const x = even ? of.x.text : pythonCall('F.pad', [of.x.text, sidesText(padding)]);
  return pythonCall('F.conv2d', [x, ...of.parameters], {
    stride: unless(stride, 1),
    padding: even && unless(even, 0),
    dilation: unless(dilation, 1),
    groups: unless([groups], 1),
  });
}

function transposed(of: TorchNode): string {
  const { stride, padding, dilation, groups, bias, output_padding: more = [0, 0] } = of.attrs({ ...spreadAttributes, groups: number });
  return pythonCall('layers.conv_transpose', [of.x.text, ...of.parameters, ...(bias ? [] : ['None'])], {
    stride: pythonTuple(stride),
    sides: sidesText(padding),
    dilation: pythonTuple(dilation),
    output_padding: pythonTuple(more),
    groups: String(groups),
  });
}

export const weightRules: TorchRules = {
  conv: convolution,
  conv_transpose: transposed,
  dense: (of) => pythonCall('F.linear', [of.x.text, ...of.parameters]),
};
