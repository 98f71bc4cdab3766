// Values with arrays of numbers as one file for a page: JSON, in which arrays are places in the bytes behind it.

const arrays = { Float32Array, Float64Array, Int32Array, Uint8Array };
type ArrayName = keyof typeof arrays;
type Numbers = InstanceType<(typeof arrays)[ArrayName]>;

/** Stands for an array; no other object of a value may have these keys. */
interface Place {
  readonly array: ArrayName;
  /** Bytes from the first array's first. */
  readonly at: number;
  readonly length: number;
}

const ALIGNMENT = 8;

export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const found: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let size = 0;
  const json = JSON.stringify(value, (_, each: unknown) => {
    const array = (Object.keys(arrays) as ArrayName[]).find((name) => each instanceof arrays[name]);
    if (!array) return each;
    const { buffer, byteOffset, byteLength, length } = each as Numbers;
    found.push({ at: size, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    const place: Place = { array, at: size, length };
    size += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    return place;
  });
  const text = new TextEncoder().encode(json);
  const file = new Uint8Array(firstArray(text.length) + size);
  new DataView(file.buffer).setUint32(0, text.length, true);
  file.set(text, 4);
  for (const { at, bytes } of found) file.set(bytes, firstArray(text.length) + at);
  return file;
}

/** @param file What `pack` gave, in a buffer of its own. */
export function unpack(file: Uint8Array<ArrayBuffer>): unknown {
  const length = new DataView(file.buffer).getUint32(0, true);
  return JSON.parse(new TextDecoder().decode(file.subarray(4, 4 + length)), (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || !('array' in each)) return each;
    const { array, at, length: count } = each as Place;
    return new arrays[array](file.buffer, firstArray(length) + at, count);
  }) as unknown;
}

function firstArray(textLength: number): number {
  return Math.ceil((4 + textLength) / ALIGNMENT) * ALIGNMENT;
}
