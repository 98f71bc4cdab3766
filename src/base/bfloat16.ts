// Floats that are no more than the upper half of an f32 (bfloat16): its exponent, eight bits of significand.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Whether a number is one. */
export function isUpperHalf(value: number): boolean {
  float[0] = value;
  return float[0] === value && ((bits[0] as number) & 0xffff) === 0;
}

/** The 16 bits of a number that is one. */
export function upperHalf(value: number): number {
  float[0] = value;
  return (bits[0] as number) >>> 16;
}
