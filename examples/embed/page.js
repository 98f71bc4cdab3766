// Strokes on a canvas -> 28 x 28 numbers -> the network -> ten bars. No library, no inline script.

import { load } from './lenet.js';
import { exampleStrokes } from './example-strokes.js';

const find = (id) => document.getElementById(id);
const [paper, seen] = [find('paper'), find('seen')];
const side = 28;
/** Largest extent of a digit within the picture, and the width of its strokes: as in the training data. */
const [extent, pen] = [19, 2.4];

/** Lists of points [x, y], from 0 to 1 across the drawing area. */
let strokes = [];
let net;

function showPaper() {
  const context = paper.getContext('2d');
  context.clearRect(0, 0, paper.width, paper.height);
  context.strokeStyle = getComputedStyle(paper).color;
  drawStrokes(context, strokes, paper.width * 0.06, ([x, y]) => [x * paper.width, y * paper.height]);
}

function drawStrokes(context, lines, width, place) {
  context.lineWidth = width;
  context.lineCap = context.lineJoin = 'round';
  for (const line of lines) {
    context.beginPath();
    for (const point of line) context.lineTo(...place(point));
    // A dot is a line of no length.
    context.lineTo(...place(line.at(-1)));
    context.stroke();
  }
}

/** The digit scaled and centred as the network has learned it: 784 numbers from 0 (paper) to 1 (ink). */
function readPicture() {
  const points = strokes.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = extent / Math.max(right - left, bottom - top, 0.1);
  const context = seen.getContext('2d', { willReadFrequently: true });
  context.fillStyle = 'black';
  context.fillRect(0, 0, side, side);
  context.strokeStyle = 'white';
  drawStrokes(context, strokes, pen, ([x, y]) => [side / 2 + (x - (left + right) / 2) * scale, side / 2 + (y - (top + bottom) / 2) * scale]);
  const { data } = context.getImageData(0, 0, side, side);
  return Float32Array.from({ length: side * side }, (_, i) => data[4 * i] / 255);
}

function softmax(scores) {
  const most = Math.max(...scores);
  const exponentials = Array.from(scores, (score) => Math.exp(score - most));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((value) => value / sum);
}

/** Microseconds a run: browsers' clocks are coarse, so many runs are timed at once. */
function timeRuns() {
  const start = performance.now();
  let [runs, elapsed] = [0, 0];
  while (elapsed < 4) {
    for (let i = 0; i < 8; i++) net.compute();
    runs += 8;
    elapsed = performance.now() - start;
  }
  return (1000 * elapsed) / runs;
}

function showAnswer() {
  showPaper();
  if (!net) return;
  const empty = strokes.length === 0;
  if (empty) seen.getContext('2d').clearRect(0, 0, side, side);
  const shares = empty ? net.labels.map(() => 0) : softmax(net.run(readPicture()));
  const best = empty ? -1 : shares.indexOf(Math.max(...shares));
  for (const [digit, row] of [...find('scores').children].entries()) {
    row.classList.toggle('best', digit === best);
    row.querySelector('progress').value = shares[digit];
    row.querySelector('output').textContent = empty ? '' : `${(100 * shares[digit]).toFixed(1)}%`;
  }
  find('guess').textContent = empty ? '–' : net.labels[best];
  if (!empty) find('time').textContent = `${timeRuns().toFixed(1)} µs`;
}

function addRows() {
  for (const label of net.labels) {
    const row = document.createElement('li');
    const [name, bar, share] = ['span', 'progress', 'output'].map((tag) => document.createElement(tag));
    name.textContent = label;
    bar.max = 1;
    bar.setAttribute('aria-label', label);
    row.append(name, bar, share);
    find('scores').append(row);
  }
}

function addExamples() {
  for (const [digit, lines] of exampleStrokes.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = String(digit);
    button.setAttribute('aria-label', `Draw an example of ${digit}`);
    button.addEventListener('click', () => {
      strokes = lines.map((line) => [...line]);
      showAnswer();
    });
    find('examples').append(button);
  }
}

function listen() {
  let pressed = false;
  let pristine = true;
  const pointOf = (event) => {
    const { left, top, width, height } = paper.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  paper.addEventListener('pointerdown', (event) => {
    if (pristine) strokes = [];
    [pressed, pristine] = [true, false];
    paper.setPointerCapture(event.pointerId);
    strokes.push([pointOf(event)]);
    showAnswer();
  });
  paper.addEventListener('pointermove', (event) => {
    if (!pressed) return;
    const events = event.getCoalescedEvents?.() ?? [event];
    strokes.at(-1).push(...(events.length > 0 ? events : [event]).map(pointOf));
    showAnswer();
  });
  for (const name of ['pointerup', 'pointercancel']) paper.addEventListener(name, () => (pressed = false));
  find('clear').addEventListener('click', () => {
    strokes = [];
    pristine = false;
    showAnswer();
  });
  find('examples').addEventListener('click', () => (pristine = true));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showPaper);
}

try {
  net = await load();
  const { dense, compacted } = net.meta.macs;
  find('size').textContent = `${compacted.toLocaleString('en')} of ${dense.toLocaleString('en')} multiply-adds`;
  addRows();
  addExamples();
  listen();
  strokes = exampleStrokes[3].map((line) => [...line]);
  showAnswer();
} catch (error) {
  find('problem').textContent = `The network does not load: ${error.message}`;
  find('problem').hidden = false;
}
