// The inputs of a network: images, vectors or others, of known extents.

import { formatShape } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import type { InputParameter } from '../../syntax/ast.ts';
import type { Constants } from '../values/constants.ts';
import { argumentDiagnostics, shapeDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { count, readValue } from '../values/values.ts';

const MOST_EXTENTS = 4;

/** The shape of one sample; undefined where it has been reported. */
export function checkInputShape(input: InputParameter, constants: Constants, report: Report): Shape | undefined {
  const extents = input.type.extents.map((extent) =>
    readValue(extent, count, constants, report, (found, expected) =>
      argumentDiagnostics.value({ span: extent.span, args: [`extent of ${input.name.text}`, found, expected] }),
    ),
  );
  const shape = extents.filter((extent) => extent !== undefined);
  if (shape.length < extents.length) return undefined;
  if (shape.length === 3) warnOfChannelsLast(shape, input, report);
  if (shape.length >= 1 && shape.length <= MOST_EXTENTS) return shape;
  return report(shapeDiagnostics['input-rank']({ span: input.type.span, args: [formatShape(shape), MOST_EXTENTS] }));
}

/** Grey or colour, as most other frameworks write an image. */
const usualChannels: readonly number[] = [1, 3];
/** An image has more rows and columns than that. */
const FEW = 8;

function warnOfChannelsLast(shape: Shape, input: InputParameter, report: Report): void {
  const [first = 0, second = 0, third = 0] = shape;
  if (!usualChannels.includes(third) || Math.min(first, second) < FEW) return;
  const help = `if rows come first elsewhere, write \`tensor[${third}, ${first}, ${second}]\``;
  report(shapeDiagnostics['channels-last']({ span: input.type.span, args: [first, second, third], help, severity: 'warning' }));
}
