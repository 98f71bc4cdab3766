// Windows as ONNX has them.

import type { Padding } from '../../../ir/attributes.ts';
import { paddingSides } from '../../../ops/support/window.ts';

/** Top, left, bottom, right. */
export function sidesOf(padding: Padding): readonly [top: number, left: number, bottom: number, right: number] {
  const [top, bottom, left, right] = paddingSides(padding);
  return [top, left, bottom, right];
}
