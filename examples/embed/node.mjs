// Loads the emitted LeNet in Node and asks it about one digit: node node.mjs

const { load } = await import('./lenet.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('no lenet.js lies beside this script: npx ssl-compile build RUN --out examples/embed, RUN being the folder of a trained LeNet');
  process.exit(1);
});

const net = await load();

// A seven, row by row: 784 numbers from 0 (paper) to 1 (ink).
const image = new Float32Array(28 * 28);
const ink = (x, y) => {
  image[28 * y + x] = 1;
};
for (let x = 8; x <= 19; x++) for (const y of [5, 6]) ink(x, y);
for (let y = 7; y <= 22; y++) for (const x of [0, 1]) ink(Math.round(18 - 0.45 * (y - 6)) + x, y);

const scores = net.run(image);
const best = scores.indexOf(Math.max(...scores));
console.log(`it is a ${net.labels[best]}`);
for (const [digit, score] of scores.entries()) console.log(`${net.labels[digit]}  ${score.toFixed(2).padStart(7)}`);

const rounds = 2000;
const start = performance.now();
for (let i = 0; i < rounds; i++) net.compute();
console.log(`${((1000 * (performance.now() - start)) / rounds).toFixed(1)} microseconds a digit`);
