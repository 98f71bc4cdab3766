// Railroad diagrams of the grammar as one page that needs nothing else: SVG drawn here, no scripts.
//
// Every shape has a base line on which the track enters at the left and leaves at the right, and says how far
// it reaches above and below it.

import { type Production, type Rule, rules } from './rules.ts';

interface Shape {
  readonly width: number;
  readonly above: number;
  readonly below: number;
  /** SVG elements with the track entering at (x, y). */
  readonly draw: (x: number, y: number) => string[];
}

const GLYPH = 8.4;
const GAP = 14;
const CURVE = 8;
const HALF_BOX = 13;
const ROW_GAP = 8;

export function railroadPage(): string {
  return [
    '<!doctype html>',
    '<!-- Generated from the parser by `npm run grammar`; do not edit. -->',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<title>The grammar of .ssl files</title>',
    '<style>',
    ':root { color-scheme: light dark; --ink: #222; --paper: #fff; --word: #fff3d6; --rule: #e3f0ff; --token: #e6f5e6; }',
    '@media (prefers-color-scheme: dark) {',
    '  :root { --ink: #ddd; --paper: #1b1b1b; --word: #4a3d1c; --rule: #1d3a57; --token: #21432a; }',
    '}',
    'body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem; }',
    'h2 { font: bold 15px ui-monospace, monospace; margin: 1.6rem 0 .2rem; }',
    'figure { margin: 0; overflow-x: auto; }',
    'text { font: 14px ui-monospace, "DejaVu Sans Mono", monospace; fill: var(--ink); text-anchor: middle; }',
    'path, rect { stroke: var(--ink); stroke-width: 1.3; fill: none; }',
    'rect.word { fill: var(--word); } rect.rule { fill: var(--rule); } rect.token { fill: var(--token); }',
    '</style>',
    '</head>',
    '<body>',
    '<h1>The grammar of .ssl files</h1>',
    '<p>Rounded boxes are words as written, or tokens (a name, a number, a string); square boxes are other rules.</p>',
    ...rules().flatMap(figure),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function figure({ name, body }: Rule): string[] {
  const shape = sequence([shapeOf(body)]);
  const [width, height] = [shape.width + 2 * GAP + 2, shape.above + shape.below + 4];
  const [x, y] = [GAP + 1, shape.above + 2];
  const ends = `M 1 ${y - 7} v 14 m 0 -7 H ${x} M ${x + shape.width} ${y} h ${GAP} m 0 -7 v 14`;
  return [
    `<h2 id="${name}">${name}</h2>`,
    `<figure><svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">`,
    `<path d="${ends}"/>`,
    ...shape.draw(x, y),
    '</svg></figure>',
  ];
}

function shapeOf(production: Production): Shape {
  switch (production.kind) {
    case 'sequence':
      return sequence(production.parts.map(shapeOf));
    case 'choice':
      return stack(production.parts.map(shapeOf));
    case 'optional':
      return stack([empty, shapeOf(production.body)]);
    case 'repeat':
      return stack([empty, loop(shapeOf(production.body))]);
    case 'rule':
    case 'token':
    case 'word':
      return box(production.kind, production.text);
  }
}

const empty: Shape = { width: 0, above: 0, below: 0, draw: () => [] };

function box(kind: 'rule' | 'token' | 'word', text: string): Shape {
  const width = round(text.length * GLYPH + 20);
  const radius = kind === 'rule' ? 0 : HALF_BOX;
  const draw = (x: number, y: number): string[] => {
    const rect = `<rect class="${kind}" x="${x}" y="${y - HALF_BOX}" width="${width}" height="${2 * HALF_BOX}" rx="${radius}"/>`;
    const label = `<text x="${round(x + width / 2)}" y="${y + 5}">${escape(text)}</text>`;
    return kind === 'rule' ? [`<a href="#${text}">`, rect, label, '</a>'] : [rect, label];
  };
  return { width, above: HALF_BOX, below: HALF_BOX, draw };
}

function sequence(shapes: readonly Shape[]): Shape {
  const width = shapes.reduce((sum, shape) => sum + shape.width, 0) + GAP * Math.max(0, shapes.length - 1);
  const draw = (x: number, y: number): string[] => {
    let at = x;
    return shapes.flatMap((shape, i) => {
      const track = i === 0 ? [] : [`<path d="M ${at} ${y} h ${GAP}"/>`];
      if (i > 0) at += GAP;
      const drawn = shape.draw(at, y);
      at = round(at + shape.width);
      return [...track, ...drawn];
    });
  };
  return { width: round(width), above: Math.max(...shapes.map((s) => s.above)), below: Math.max(...shapes.map((s) => s.below)), draw };
}

/** Alternatives below one another, the first on the base line. */
function stack(shapes: readonly Shape[]): Shape {
  const inner = Math.max(...shapes.map((shape) => shape.width));
  const width = inner + 4 * CURVE;
  const offsets: number[] = [];
  let below = 0;
  shapes.forEach((shape, i) => {
    const offset = i === 0 ? 0 : Math.max(2 * CURVE, below + ROW_GAP + shape.above);
    offsets.push(offset);
    below = offset + shape.below;
  });
  const draw = (x: number, y: number): string[] =>
    shapes.flatMap((shape, i) => {
      const down = offsets[i] ?? 0;
      const [start, end] = [x + 2 * CURVE, round(x + 2 * CURVE + shape.width)];
      const rest = `M ${end} ${y + down} H ${round(start + inner)}`;
      const drop = down - 2 * CURVE;
      const enter = `M ${x} ${y} q ${CURVE} 0 ${CURVE} ${CURVE} v ${drop} q 0 ${CURVE} ${CURVE} ${CURVE}`;
      const leave = `q ${CURVE} 0 ${CURVE} ${-CURVE} v ${-drop} q 0 ${-CURVE} ${CURVE} ${-CURVE}`;
      const straight = `M ${x} ${y} H ${start} M ${end} ${y} H ${round(x + width)}`;
      return [`<path d="${i === 0 ? straight : `${enter} ${rest} ${leave}`}"/>`, ...shape.draw(start, y + down)];
    });
  return { width: round(width), above: shapes[0]?.above ?? 0, below, draw };
}

/** Once or more: the track leads back below. */
function loop(shape: Shape): Shape {
  const width = shape.width + 2 * CURVE;
  const down = Math.max(2 * CURVE, shape.below + ROW_GAP);
  const draw = (x: number, y: number): string[] => {
    const [start, end] = [x + CURVE, round(x + CURVE + shape.width)];
    const drop = down - 2 * CURVE;
    const right = `M ${end} ${y} q ${CURVE} 0 ${CURVE} ${CURVE} v ${drop} q 0 ${CURVE} ${-CURVE} ${CURVE}`;
    const left = `H ${start} q ${-CURVE} 0 ${-CURVE} ${-CURVE} v ${-drop} q 0 ${-CURVE} ${CURVE} ${-CURVE}`;
    const arrow = `M ${round((start + end) / 2 + 3)} ${y + down - 4} l -6 4 l 6 4`;
    return [`<path d="M ${x} ${y} h ${CURVE} M ${end} ${y} h ${CURVE} ${right} ${left} ${arrow}"/>`, ...shape.draw(start, y)];
  };
  return { width: round(width), above: shape.above, below: down + 4, draw };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
