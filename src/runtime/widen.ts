// Constant memory out of the few bytes in which emit/weight-types packs it: blocks (blocks.ts), one after the other. Part
// of emitted modules, so short. It runs once, in a process that has just begun: what the engine itself does is done at once, and
// a loop in a function that is called often is compiled sooner than one that runs long.

/**
 * Takes blocks one by one. One without lanes holds words, which are placed: of four bytes as they are, of fewer as differences.
 * @param widen Places the numbers of the others, which begin at byte `at`; answers where they end.
 */
function eachBlock(memory: ArrayBuffer, bytes: Uint8Array, widen: (to: number, lanes: number, steps: number, more: number, at: number) => number): void {
  const words = new Int32Array(memory);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const integerAt = (at: number, size: number): number => (size === 1 ? view.getInt8(at) : size === 2 ? view.getInt16(at, true) : view.getInt32(at, true));
  let at = 4;
  for (let blocks = integerAt(0, 4); blocks > 0; blocks--) {
    const [to, lanes, steps, more] = [integerAt(at, 4), integerAt(at + 4, 4), integerAt(at + 8, 4), integerAt(at + 12, 4)];
    at += 16;
    if (lanes > 0) at = widen(to, lanes, steps, more, at);
    else for (let i = 0; i < steps; i++, at += more) words[to + i] = integerAt(at, more) + (more < 4 && i > 0 ? (words[to + i - 1] as number) : 0);
  }
}

/** Halves as numbers: by the engine, where it has them. */
function numbersOf(halves: ArrayBuffer): Float16Array | Float32Array {
  if (typeof Float16Array === 'function') return new Float16Array(halves);
  const words = new Int32Array(new Int16Array(halves));
  const numbers = new Float32Array(words.buffer);
  for (let i = 0; i < words.length; i++) {
    const bits = words[i] as number;
    // The fields of a half in the places of those of a float, whose exponent is then 112 too small, also in the smallest.
    words[i] = (bits & 0x80000000) | ((bits & 0x7fff) << 13);
    numbers[i] = (numbers[i] as number) * 2 ** 112;
  }
  return numbers;
}

/** Blocks of half precision: lane by lane, those at the end that hold zeros left out. */
export function widenHalves(memory: ArrayBuffer, bytes: Uint8Array): void {
  const floats = new Float32Array(memory);
  eachBlock(memory, bytes, (to, lanes, steps, more, at) => {
    const end = at + 2 * more * steps;
    const numbers = numbersOf(bytes.slice(at, end).buffer);
    if (lanes === 1) floats.set(numbers, to);
    else for (let lane = 0; lane < more; lane++) placeLane(floats, to + lane, lanes, numbers.subarray(lane * steps, (lane + 1) * steps), 1);
    return end;
  });
}

/** Blocks of integers of a byte: lane by lane, each the upper half of a float as scale, and integers if that is not 0. */
export function widenBytes(memory: ArrayBuffer, bytes: Uint8Array): void {
  const floats = new Float32Array(memory);
  const scale = new Float32Array(1);
  const upper = new Uint8Array(scale.buffer, 2);
  eachBlock(memory, bytes, (to, lanes, steps, more, at) => {
    for (let lane = 0; lane < lanes * more; lane++) {
      upper.set(bytes.subarray(at, at + 2));
      at += 2;
      if (scale[0] === 0) continue;
      placeLane(floats, to + (lane % lanes) + (lane - (lane % lanes)) * steps, lanes, new Int8Array(bytes.buffer, bytes.byteOffset + at, steps), scale[0] as number);
      at += steps;
    }
    return at;
  });
}

function placeLane(floats: Float32Array, to: number, lanes: number, numbers: ArrayLike<number>, scale: number): void {
  for (let i = 0; i < numbers.length; i++) floats[to + i * lanes] = scale * (numbers[i] as number);
}
