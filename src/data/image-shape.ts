// Which shape the images of a folder are brought to.

import { fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Shape } from '../base/tensor.ts';
import { dataDiagnostics } from './diagnostics.ts';
import type { ImageChannels, ImageHeader } from './formats/image.ts';

/** What is known of the network before samples are read. */
export interface Reading {
  /** Of its input, without the batch: images are brought to its channels. */
  readonly inputShape?: Shape | undefined;
  /** And scaled to its height and width. */
  readonly resize?: boolean | undefined;
  /**
   * Told the shape of a sample as soon as files promise it, before samples are read; throws where it will not do.
   * `scalable`: with `resize` its height and width would be those that the network reads.
   */
  readonly judge?: ((shape: Shape, scalable: boolean) => void) | undefined;
}

export interface NamedHeader extends ImageHeader {
  readonly file: string;
}

export type ImageShape = readonly [channels: ImageChannels, height: number, width: number];

/** Names of files beyond these are counted. */
const mostNamed = 3;

/**
 * Channels are those that the network reads, or else as many as any image has. Without `resize` all images have one
 * size; whether it is the network's is for others to judge. Fails with `data/image-sizes`.
 * @param headers At least one.
 */
export function imageShape(folder: string, headers: readonly NamedHeader[], { inputShape = [], resize = false }: Reading): ImageShape {
  const wanted = inputShape.length === 3 ? inputShape : undefined;
  const most = headers.some((header) => header.channels === 3) ? 3 : 1;
  const channels = wanted?.[0] === 1 || wanted?.[0] === 3 ? wanted[0] : most;
  const [, rows = 0, columns = 0] = wanted ?? [];
  if (wanted && resize) return [channels, rows, columns];
  const { height = 0, width = 0 } = headers[0] ?? {};
  const differ = (size: Size): readonly NamedHeader[] => headers.filter((header) => header.height !== size.height || header.width !== size.width);
  if (differ({ height, width }).length === 0) return [channels, height, width];
  const size = wanted ? { height: rows, width: columns } : { height, width };
  return fail(otherSizes(folder, differ(size), headers.length, size, wanted !== undefined));
}

type Size = Pick<ImageHeader, 'height' | 'width'>;

function otherSizes(folder: string, others: readonly NamedHeader[], count: number, size: Size, scalable: boolean): Diagnostic {
  const named = others.slice(0, mostNamed).map((each) => `${each.file} is ${sizeText(each)}`);
  const rest = others.length - named.length;
  return dataDiagnostics['image-sizes']({
    args: [folder, count, others.length, `${sizeText(size)} (height x width)`, [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')],
    help: scalable ? 'scale the images to one size, or write `resize = true` in the `train` block, and they are scaled as they are read' : 'scale all images to one size',
  });
}

export function sizeText({ height, width }: Size): string {
  return `${height} x ${width}`;
}
