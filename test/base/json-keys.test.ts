import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repeatedKey } from '../../src/base/json-keys.ts';

describe('a key that an object holds twice', () => {
  test.each([
    ['{"a": 1, "a": 2}', 'a'],
    ['{"a": 1 , "b":{"c":[1,{"d":0,"d"  :0}]}}', 'd'],
    [String.raw`{"a": 1, "\u0061": 2}`, 'a'],
    [String.raw`{"\"": 1, "\"": 2}`, '"'],
    ['{"": 1, "": 2}', ''],
    ['{"__proto__": 1, "__proto__": 2}', '__proto__'],
  ])('%s', (text, key) => {
    JSON.parse(text);
    expect(repeatedKey(text)).toBe(key);
  });

  test.each(['{"a": {"a": {"a": 1}}}', '[{"a": 1}, {"a": 2}]', String.raw`{"a": "b\\", "b": "a\": {", "c": "a"}`, '"a"', '{"a": ["a", "a"]}'])('none in %s', (text) => {
    JSON.parse(text);
    expect(repeatedKey(text)).toBeUndefined();
  });

  test('what JSON.stringify writes has none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(repeatedKey(JSON.stringify(value))).toBeUndefined();
      }),
    );
  });
});
