// The id of a build: what all its files carry, so that `load` can refuse a file of another one. It is a hash of
// what the build consists of, so that the same build has the same id wherever and whenever it is made.

/** Hexadecimal digits: few, for every module carries them; two builds in 2^48 have the same. */
export const buildIdLength = 12;

/** @param contents In a fixed order: texts, and bytes of any length. */
export async function buildId(contents: readonly (string | Uint8Array<ArrayBuffer>)[]): Promise<string> {
  const encoder = new TextEncoder();
  const hash = (bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', bytes);
  // Hashes of hashes, so that it matters where one content ends and the next begins.
  const hashes = await Promise.all(contents.map((content) => hash(typeof content === 'string' ? encoder.encode(content) : content)));
  const whole = await hash(Uint8Array.from(hashes.flatMap((each) => [...new Uint8Array(each)])));
  return Array.from(new Uint8Array(whole), (byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, buildIdLength);
}

/** A `.bin` file: `whole`, with the id of the build in the room left at its end. */
export function withBuildId(whole: Uint8Array<ArrayBuffer>, build: string): Uint8Array<ArrayBuffer> {
  whole.set(new TextEncoder().encode(build), whole.length - buildIdLength);
  return whole;
}
