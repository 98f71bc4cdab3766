// The data set `digits`: handwriting drawn by this program, so that everything runs without any download.
// A sample takes the strokes of a digit (digit-strokes.ts), bends and leans them, draws them with a pen of
// some width, and dirties the page. Sample i is a function of (seed, split, i).

import { hash32, streamOf } from '../../base/random.ts';
import { rasterise } from './digit-raster.ts';
import type { Segment } from './digit-raster.ts';
import { digitSkeletons } from './digit-strokes.ts';
import type { Point, Stroke } from './digit-strokes.ts';
import type { Dataset, Split } from '../dataset.ts';
import { digitLabels } from '../mnist.ts';

export interface DigitsOptions {
  readonly seed: number;
  /** Training samples. */
  readonly training: number;
  /** Test samples. */
  readonly test: number;
}

export const defaultDigits: DigitsOptions = { seed: 1, training: 12_000, test: 2_000 };

const size = 28;

/** 28x28 gray bytes, 0 for paper and 255 for ink, ten classes. */
export function digits(options: DigitsOptions): Dataset {
  return {
    name: 'digits',
    shape: [1, size, size],
    classes: 10,
    labels: digitLabels,
    namesByPosition: true,
    origin: 'drawn by ssl-compile',
    training: drawSplit(options.seed, 'digits/training', options.training),
    test: drawSplit(options.seed, 'digits/test', options.test),
  };
}

function drawSplit(seed: number, streamName: string, count: number): Split {
  const samples = new Uint8Array(count * size * size);
  const labels = new Uint8Array(count);
  const id = streamOf(streamName);
  for (let i = 0; i < count; i++) {
    let index = 0;
    const draw: Draw = () => (hash32(seed, id, i, index++) >>> 8) / 2 ** 24;
    const label = Math.floor(draw() * 10);
    labels[i] = label;
    drawDigit(label, draw, samples.subarray(i * size * size, (i + 1) * size * size));
  }
  return { count, samples, labels };
}

/** Uniform in [0, 1), the next one at each call. */
type Draw = () => number;

const between = (draw: Draw, low: number, high: number): number => low + (high - low) * draw();

/** A bell between -1 and 1 with standard deviation 1/3. */
const bell = (draw: Draw): number => (2 / 3) * (draw() + draw() + draw()) - 1;

function drawDigit(digit: number, draw: Draw, pixels: Uint8Array): void {
  const variants = digitSkeletons[digit] ?? [];
  const strokes = variants[Math.floor(draw() * variants.length)] ?? [];
  const place = placing(draw);
  const bend = bending(draw);
  const wobble = between(draw, 0.02, 0.07);
  const pen = between(draw, 0.7, 1.9);
  const segments: Segment[] = [];
  for (const stroke of strokes) {
    const points = stroke.map((point): Point => {
      const [x, y] = bend(point);
      return [x + wobble * bell(draw), y + wobble * bell(draw)];
    });
    const [startWidth, endWidth] = [pen * between(draw, 0.8, 1.2), pen * between(draw, 0.7, 1.15)];
    addSegments(points, place, startWidth, endWidth, segments);
  }
  const softness = between(draw, 0.8, 2);
  const ink = between(draw, 0.75, 1);
  const coverage = rasterise(segments, size, softness);
  dirty(coverage, ink, draw, pixels);
}

/** Lean, turn, stretch and move the unit box onto the page: pixel coordinates of a point of the box. */
function placing(draw: Draw): (point: Point) => Point {
  const height = between(draw, 15, 21);
  const width = height * between(draw, 0.5, 0.9);
  const slant = 0.12 + 0.4 * bell(draw);
  const angle = 0.35 * bell(draw);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [cx, cy] = [size / 2 + 3 * bell(draw), size / 2 + 3 * bell(draw)];
  return ([px, py]) => {
    const y = (py - 0.5) * height;
    const x = (px - 0.5) * width - slant * y;
    return [cx + cos * x - sin * y, cy + sin * x + cos * y];
  };
}

/**
 * A smooth displacement of the whole box. It moves the points where strokes meet together, which jitter of
 * single points would tear apart.
 */
function bending(draw: Draw): (point: Point) => Point {
  const strength = between(draw, 0.02, 0.09);
  const wave = (): ((point: Point) => number) => {
    const [fx, fy, phase] = [between(draw, -5, 5), between(draw, -5, 5), between(draw, 0, 2 * Math.PI)];
    return ([x, y]) => strength * Math.sin(fx * x + fy * y + phase);
  };
  const [dx, dy] = [wave(), wave()];
  // The two halves differ in size: heads of 8 and 9, bowls of 5 and 6.
  const [waist, lean] = [0.18 * bell(draw), 0.25 * bell(draw)];
  return (point) => {
    const [x, y] = point;
    const centred = 2 * y - 1;
    return [0.5 + (x - 0.5) * (1 + lean * centred) + dx(point), y + waist * y * (1 - y) * 2 + dy(point)];
  };
}

/** Flattens the Catmull-Rom curve through `points`; the pen's width goes from start to end. */
function addSegments(points: Stroke, place: (point: Point) => Point, startWidth: number, endWidth: number, out: Segment[]): void {
  const pieces = 4;
  const spans = points.length - 1;
  const total = spans === 1 ? 1 : spans * pieces;
  const widthAt = (i: number): number => startWidth + ((endWidth - startWidth) * i) / total;
  const first = points[0];
  if (!first) return;
  let from = place(first);
  for (let i = 1; i <= total; i++) {
    const to = place(spans === 1 ? (points[1] ?? first) : curveAt(points, i / pieces));
    out.push({ from, to, startRadius: widthAt(i - 1), endRadius: widthAt(i) });
    from = to;
  }
}

/** The uniform Catmull-Rom spline through `points` at `t` spans from its start. */
function curveAt(points: Stroke, t: number): Point {
  const span = Math.min(Math.floor(t), points.length - 2);
  const u = t - span;
  const at = (i: number): Point => points[Math.max(0, Math.min(points.length - 1, i))] ?? [0, 0];
  const [a, b, c, d] = [at(span - 1), at(span), at(span + 1), at(span + 2)];
  const along = (axis: 0 | 1): number => {
    const [p, q, r, s] = [a[axis], b[axis], c[axis], d[axis]];
    return 0.5 * (2 * q + (r - p) * u + (2 * p - 5 * q + 4 * r - s) * u * u + (3 * q - p - 3 * r + s) * u * u * u);
  };
  return [along(0), along(1)];
}

/** Uneven ink, and on some pages gray paper and a smudge. */
function dirty(coverage: Float32Array, ink: number, draw: Draw, pixels: Uint8Array): void {
  const grain = between(draw, 0, 0.25);
  const paper = draw() < 0.4 ? between(draw, 0, 0.15) : 0;
  const smudge = draw() < 0.25;
  const [sx, sy, radius, depth] = [size * draw(), size * draw(), between(draw, 1, 2.5), between(draw, 0.2, 0.6)];
  for (let i = 0; i < coverage.length; i++) {
    let value = coverage[i] ?? 0;
    if (smudge) {
      const distance = Math.hypot((i % size) + 0.5 - sx, Math.floor(i / size) + 0.5 - sy);
      value = Math.max(value, Math.min(depth, radius - distance));
    }
    if (value > 0) value *= ink * (1 - grain * draw());
    if (paper > 0) value = Math.max(value, paper * draw());
    pixels[i] = Math.round(255 * Math.max(0, Math.min(1, value)));
  }
}
