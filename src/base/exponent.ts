// The exponent of a number, exactly: logarithms are rounded.

/** Where its bits are looked at. */
const double = new DataView(new ArrayBuffer(8));

/** e of 2^e <= |value| < 2^(e + 1); of 0, and of what is smaller than a normal double, -1023. */
export function exponentOf(value: number): number {
  double.setFloat64(0, value);
  return ((double.getUint16(0) >> 4) & 2047) - 1023;
}
