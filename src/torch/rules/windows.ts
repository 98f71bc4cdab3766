// Windows as torch has them.

import type { Padding } from '../../ir/attributes.ts';
import { paddingSides } from '../../ops/support/window.ts';
import { pythonTuple } from '../python-text.ts';

/** Rows and columns of zeros, where above and below, and left and right, are alike; else undefined. */
export function evenPadding(padding: Padding): readonly [rows: number, columns: number] | undefined {
  const [top, bottom, left, right] = paddingSides(padding);
  return top === bottom && left === right ? [top, left] : undefined;
}

/** `(left, right, top, bottom)`, as `F.pad` takes them. */
export function sidesText(padding: Padding): string {
  const [top, bottom, left, right] = paddingSides(padding);
  return pythonTuple([left, right, top, bottom], false);
}

/** Undefined where it is the default. */
export function unless(values: readonly number[], usual: number): string | undefined {
  return values.every((value) => value === usual) ? undefined : pythonTuple(values);
}
