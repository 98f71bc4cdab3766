// Two versions of a module in one file, for modules of any functions.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { relaxedVersion } from '../../../src/runtime/wasm.ts';
import { ByteWriter } from '../../../src/targets/wasm/encoder/byte-writer.ts';
import { withSecondCode } from '../../../src/targets/wasm/encoder/second-code.ts';

const codeId = 10;

/** @param bodies Of its functions; undefined: it has no code section. */
function moduleOf(bodies: readonly Uint8Array[] | undefined, data?: Uint8Array): Uint8Array {
  const out = new ByteWriter();
  const section = (id: number, content: Uint8Array): void => {
    out.byte(id);
    out.sized(content);
  };
  out.bytes(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  section(1, Uint8Array.of(codeId, codeId));
  if (bodies) {
    const code = new ByteWriter();
    code.unsigned(bodies.length);
    for (const body of bodies) code.sized(body);
    section(codeId, code.view());
  }
  if (data) section(11, data);
  return out.view().slice();
}

const anyBody = fc.uint8Array({ maxLength: 200 });
const anyFunction = fc.oneof(anyBody.map((body) => [body, body] as const), fc.tuple(anyBody, anyBody));
const anyFunctions = fc.option(fc.array(anyFunction, { maxLength: 8 }), { nil: undefined });

test('the second version is there to the byte, with all that follows, and long equal functions are held once', () => {
  fc.assert(
    fc.property(anyFunctions, anyBody, anyBody, (functions, data, appended) => {
      const [first, second] = [0, 1].map((version) => functions?.map((pair) => pair[version] ?? data));
      const { bytes, second: ranges } = withSecondCode(moduleOf(first, data), moduleOf(second), 'second');
      expect(relaxedVersion(Buffer.concat([bytes, appended]), ranges)).toEqual(Uint8Array.from(Buffer.concat([moduleOf(second, data), appended])));
      // Sizes take two bytes at most; the section has a head, and its code has one.
      const own = (functions ?? []).reduce((sum, [one, other]) => sum + (Buffer.compare(one, other) === 0 && other.length >= 32 ? 0 : other.length + 2), 0);
      expect(bytes.length).toBeLessThanOrEqual(moduleOf(first, data).length + own + 16);
    }),
  );
});
