// A hand's digits: for each, lines of points [x, y] in a unit square.

/** An arc around (x, y) from angle `from` to `to`, in turns, clockwise from the right. */
function arc(x, y, width, height, from, to) {
  const steps = 24;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / steps);
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)];
  });
}

export const exampleStrokes = [
  [arc(0.5, 0.5, 0.2, 0.32, -0.25, 0.75)],
  [[[0.42, 0.3], [0.54, 0.18], [0.52, 0.82]]],
  [[...arc(0.5, 0.36, 0.2, 0.18, -0.5, 0.08), [0.32, 0.8], [0.72, 0.8]]],
  [[...arc(0.48, 0.34, 0.19, 0.16, -0.42, 0.2), ...arc(0.48, 0.66, 0.22, 0.17, -0.2, 0.42)]],
  [[[0.56, 0.18], [0.28, 0.58], [0.74, 0.58]], [[0.62, 0.36], [0.58, 0.84]]],
  [[[0.68, 0.2], [0.4, 0.2], [0.37, 0.46], ...arc(0.49, 0.62, 0.21, 0.2, -0.3, 0.4)]],
  [[[0.6, 0.18], [0.4, 0.42], ...arc(0.5, 0.64, 0.19, 0.19, -0.5, 0.5)]],
  [[[0.3, 0.22], [0.7, 0.22], [0.46, 0.82]]],
  [[...arc(0.5, 0.34, 0.15, 0.15, 0.25, 1.25), ...arc(0.5, 0.67, 0.19, 0.18, -0.25, 0.75)]],
  [[...arc(0.5, 0.36, 0.17, 0.18, 0, 1), [0.66, 0.56], [0.58, 0.84]]],
];
