import { describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/base/diagnostic.ts';
import { renamed } from '../../src/driver/weights/weight-map.ts';

const patterns = (...written: readonly string[]): { from: string; to: string }[] => written.map((text) => ({ from: text.split('=')[0] ?? '', to: text.split('=')[1] ?? '' }));
const map = (names: readonly string[], ...written: readonly string[]): readonly string[] => [...renamed(names, patterns(...written), 'w').values()];

describe('patterns', () => {
  test.each<[string, readonly string[], string, readonly string[]]>([
    ['a star is any characters, dots too', ['backbone.conv1.weight', 'backbone.conv2.bias', 'fc.bias'], 'backbone.conv*=conv*', ['conv1.weight', 'conv2.bias', 'fc.bias']],
    ['or none', ['a.b', 'b'], 'a.b*=c*', ['c', 'b']],
    ['a star may be left out', ['a.weight', 'b'], 'a.*=c', ['c', 'b']],
    ['a plain name is itself', ['0.weight', '0.weights'], '0.weight=conv1.weight', ['conv1.weight', '0.weights']],
    ['an earlier star takes as little as it can', ['a.b.c.d'], '*.*=*-*', ['a-b.c.d']],
    ['stars keep their order', ['x.1.y'], '*.1.*=layer.*.*', ['layer.x.y']],
    ['the end is found from behind', ['aba'], '*a=*!', ['ab!']],
  ])('%s', (_, names, written, expected) => {
    expect(map(names, written)).toEqual(expected);
  });

  test('do not use characters twice', () => {
    expect(() => map(['aba', 'ababa'], 'aba*aba=x*')).toThrow('map/nothing');
  });

  test('of many stars are soon done', () => {
    expect(() => map(['a'.repeat(50_000)], `${'a*'.repeat(1000)}b=${'*'.repeat(1000)}`)).toThrow('map/nothing');
  });
});

describe('what patterns do not say', () => {
  test.each<[string, readonly string[], readonly string[], string]>([
    ['matches nothing', ['a.weight', 'b.weight'], ['c.*=d.*'], 'map/nothing: no tensor of w matches "c.*"'],
    ['two names in one', ['a.weight', 'b.weight'], ['a.*=b.*'], 'map/collision: "a.weight" and "b.weight" of w are both mapped to "b.weight"'],
    ['two patterns for one', ['a.weight'], ['a.*=b.*', '*.weight=*.gamma'], 'map/several: "a.weight" of w matches both "a.*" and "*.weight"'],
    ['two tensors for one name', ['a.weight', 'a.bias'], ['a.*=b'], 'map/collision: "a.weight" and "a.bias" of w are both mapped to "b"'],
    ['more stars than there are', ['a.weight'], ['a.*=b.*.*'], 'map/stars: "b.*.*" has another number of stars than "a.*", expected as many or none'],
    ['some of the stars', ['a.b.weight'], ['a.*.*=b.*'], 'map/stars'],
  ])('%s', (_, names, written, message) => {
    expect(() => map(names, ...written)).toThrow(DiagnosticError);
    expect(() => map(names, ...written)).toThrow(message);
  });
});
