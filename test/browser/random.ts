// node test/browser/random.ts --graphs 100 --seed 1
//
// Random networks under random masks, compacted, emitted for gpu.js and run on WebGL 2 in Chromium; prints the worst
// error in units of what rounding explains. Stops at the first network that is off, and shrinks it.

import { parseArgs } from 'node:util';
import { setup } from '../gpujs/install.ts';
import { gpujsTrial } from '../gpujs/random.ts';
import { faultOf } from '../random/shrink.ts';
import { openWebgl } from './webgl2.ts';

const { graphs, seed: firstSeed } = parseArgs({ options: { graphs: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } }).values;

setup();
const page = await openWebgl();
let worst = { seed: Number(firstSeed), error: 0 };
try {
  for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(graphs); seed++) {
    const fault = await faultOf(gpujsTrial(seed, page.run), {
      example: () => {},
      difference: (_check, error) => {
        if (error > worst.error) worst = { seed, error };
      },
    });
    if (fault !== undefined) throw new Error(`seed ${seed}: ${fault}`);
  }
} finally {
  await page.close();
}
console.log(`${graphs} networks on WebGL 2: worst error ${worst.error.toExponential(2)} of what rounding explains (seed ${worst.seed})`);
