// A window as the language writes it, and the attributes that stand for it.

import type { Padding, Pair } from '../../ir/attributes.ts';
import type { AttrValue } from '../../ir/graph.ts';
import type { ParamSyntax } from '../../ir/surface-syntax.ts';
import type { Shape } from '../../base/tensor.ts';
import { operand, imageShape } from './shapes.ts';
import { samePadding, shortest } from './window.ts';
import type { WindowAttrs } from './window.ts';

/** Pools go window by window, convolutions place by place. */
export function windowParams(window: string, stride: 1 | { readonly sameAs: 'window' }, padding: string): readonly ParamSyntax<Pick<WindowAttrs, 'window' | 'stride' | 'padding'> & { readonly dilation?: Pair }>[] {
  return [
    { name: 'window', doc: window, type: 'pair' },
    { name: 'stride', doc: 'step of the window', type: 'pair', default: stride },
    { name: 'padding', doc: padding, type: 'padding', default: 0 },
    { name: 'dilation', doc: 'distance between neighbouring taps', type: 'pair', default: 1 },
  ];
}

/** The window of checked arguments on their operand: `same` becomes numbers, and as few as will do. */
export function writtenWindow(args: ReadonlyMap<string, AttrValue>, operands: readonly Shape[], op: string): WindowAttrs {
  const [, , ...extent] = imageShape(operand(operands, 0), op);
  const [window, stride, dilation] = ['window', 'stride', 'dilation'].map((name) => args.get(name)) as unknown as readonly [Pair, Pair, Pair];
  const padding = args.get('padding') as Padding | 'same';
  return { window, stride, dilation, padding: padding === 'same' ? samePadding({ window, stride, dilation }, extent) : shortest(padding) };
}
