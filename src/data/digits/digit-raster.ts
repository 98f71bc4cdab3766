// Draws strokes: the coverage of each pixel by segments with round ends and varying width.

import type { Point } from './digit-strokes.ts';

export interface Segment {
  /** Pixel coordinates; pixel (x, y) has its centre at (x + 0.5, y + 0.5). */
  readonly from: Point;
  readonly to: Point;
  /** In pixels. */
  readonly startRadius: number;
  readonly endRadius: number;
}

/** `[size, size]` coverages in 0..1; edges ramp over `softness` pixels. */
export function rasterise(segments: readonly Segment[], size: number, softness: number): Float32Array {
  const coverage = new Float32Array(size * size);
  for (const { from, to, startRadius, endRadius } of segments) {
    const [ax, ay] = from;
    const [dx, dy] = [to[0] - ax, to[1] - ay];
    const lengthSquared = Math.max(dx * dx + dy * dy, 1e-9);
    // Only the pixels that the segment can reach.
    const reach = Math.max(startRadius, endRadius) + softness / 2 + 0.5;
    const left = Math.max(0, Math.floor(Math.min(ax, to[0]) - reach));
    const right = Math.min(size - 1, Math.ceil(Math.max(ax, to[0]) + reach));
    const top = Math.max(0, Math.floor(Math.min(ay, to[1]) - reach));
    const bottom = Math.min(size - 1, Math.ceil(Math.max(ay, to[1]) + reach));
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5 - ay;
      for (let x = left; x <= right; x++) {
        const px = x + 0.5 - ax;
        const t = Math.max(0, Math.min(1, (px * dx + py * dy) / lengthSquared));
        const [ex, ey] = [px - t * dx, py - t * dy];
        const radius = startRadius + t * (endRadius - startRadius);
        const value = (radius - Math.sqrt(ex * ex + ey * ey)) / softness + 0.5;
        const at = y * size + x;
        if (value > (coverage[at] ?? 0)) coverage[at] = Math.min(1, value);
      }
    }
  }
  return coverage;
}
