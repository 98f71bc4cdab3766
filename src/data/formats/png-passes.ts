// Which pixels of a PNG image lie in which order: all of them in rows, or in the seven passes of Adam7, each an image of
// its own of every so-manieth pixel.

export interface PngPass {
  /** The place of its first pixel, and the steps from one to the next. */
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
}

/** W3C PNG specification, section 8.1: within each 8 x 8 pixels. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Those that have a pixel. */
export function pngPasses(width: number, height: number, interlaced: boolean): readonly PngPass[] {
  if (!interlaced) return [{ x: 0, y: 0, stepX: 1, stepY: 1, width, height }];
  return adam7.flatMap(([x, y, stepX, stepY]) => {
    const pass = { x, y, stepX, stepY, width: Math.ceil((width - x) / stepX), height: Math.ceil((height - y) / stepY) };
    return pass.width > 0 && pass.height > 0 ? [pass] : [];
  });
}
