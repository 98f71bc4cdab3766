// Constant memory out of the few bytes in which emit/weight-types packs it: blocks (blocks.ts), one after the other. Part
// of emitted modules, so short.

/** Answers signed integers of so many bytes, one after the other. */
function integersIn(bytes: Uint8Array): (size: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = 0;
  return (size) => {
    at += size;
    return size === 1 ? view.getInt8(at - 1) : size === 2 ? view.getInt16(at - 2, true) : view.getInt32(at - 4, true);
  };
}

/** The head of a block. One without lanes holds words, which are placed: of four bytes as they are, of fewer as differences. */
function blockIn(read: (size: number) => number, words: Int32Array): readonly [to: number, lanes: number, steps: number, more: number] {
  const [to, lanes, steps, more] = [read(4), read(4), read(4), read(4)];
  const count = lanes === 0 ? steps : 0;
  for (let i = 0; i < count; i++) words[to + i] = read(more) + (more < 4 && i > 0 ? (words[to + i - 1] as number) : 0);
  return [to, lanes, steps, more];
}

/** Blocks of half precision: lane by lane, those at the end that hold zeros left out. */
export function widenHalves(memory: ArrayBuffer, bytes: Uint8Array): void {
  const floats = new Float32Array(memory);
  const words = new Int32Array(memory);
  const read = integersIn(bytes);
  for (let blocks = read(4); blocks > 0; blocks--) {
    const [to, lanes, steps, more] = blockIn(read, words);
    for (let lane = 0; lane < lanes && lane < more; lane++) {
      for (let i = to + lane; i < to + lanes * steps; i += lanes) {
        const bits = read(2);
        // The fields of a half in the places of those of a float, whose exponent is then 112 too small, also in the smallest.
        words[i] = (bits & 0x80000000) | ((bits & 0x7fff) << 13);
        floats[i] = (floats[i] as number) * 2 ** 112;
      }
    }
  }
}

/** Blocks of integers of a byte: lane by lane, each the upper half of a float as scale, and integers if that is not 0. */
export function widenBytes(memory: ArrayBuffer, bytes: Uint8Array): void {
  const floats = new Float32Array(memory);
  const words = new Int32Array(memory);
  const read = integersIn(bytes);
  for (let blocks = read(4); blocks > 0; blocks--) {
    const [to, lanes, steps, more] = blockIn(read, words);
    for (let lane = 0; lane < lanes * more; lane++) {
      let i = to + (lane % lanes) + (lane - (lane % lanes)) * steps;
      words[i] = read(2) << 16;
      const scale = floats[i] as number;
      for (let left = scale && steps; left > 0; left--, i += lanes) floats[i] = scale * read(1);
    }
  }
}
