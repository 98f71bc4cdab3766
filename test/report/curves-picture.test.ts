import { expect, test } from 'vitest';
import { curvesPicture } from '../../src/report/curves-picture.ts';
import type { CurvesPicture } from '../../src/report/curves-picture.ts';

const panel = { axis: 'weights left', text: String };
const picture = (parts: Partial<CurvesPicture>): string => curvesPicture({ title: 'of two', label: 'in words', error: 'test error', panels: [panel, { axis: 'MACs left', text: String }], curves: [], levels: [], ...parts });
const count = (text: string, part: string): number => text.split(part).length - 1;

test('a point is in the panels whose cost is known, and in no other', () => {
  const text = picture({ curves: [{ name: 'published', place: 4, points: [{ costs: [100, undefined], error: 0.01, hint: 'one' }, { costs: [200, 50], error: 0.012, hint: 'two' }] }] });
  expect(count(text, '<title>one</title>')).toBe(1);
  expect(count(text, '<title>two</title>')).toBe(2);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
});

test('points that are not joined have no line', () => {
  const curve = { name: 'each by itself', place: 0, points: [{ costs: [1, 2], error: 0.5, hint: '' }, { costs: [2, 3], error: 0.4, hint: '' }] };
  expect(count(picture({ curves: [curve] }), 'class="curve')).toBe(2);
  expect(count(picture({ curves: [{ ...curve, joined: false }] }), 'class="curve')).toBe(0);
});

test('one panel has the width of two', () => {
  const curves = [{ name: 'a', place: 0, points: [{ costs: [10], error: 0.5, hint: '' }] }];
  const text = picture({ panels: [panel], curves });
  expect(count(text, 'weights left')).toBe(1);
  expect(text).toContain('class="grid" x1="72" x2="934"');
});

test.each([[[0.98]], [[0.5, 0.5]], [[0.1, 0.1 + 2e-17]], [[0, 0]], [[1, 1 - 1e-9]]])('errors that are one, %j, have a place', (errors) => {
  for (const deviation of [undefined, 0, 1e-17]) {
    const points = errors.map((error, i) => ({ costs: [i, i], error, hint: '', ...(deviation !== undefined && { deviation }) }));
    expect(picture({ curves: [{ name: 'a', place: 0, points }], levels: [{ name: 'dense', error: errors[0] as number }] })).not.toMatch(/NaN|Infinity/);
  }
});

test('the axis of errors begins near the smallest where all are alike, and at 0 where they are not', () => {
  const of = (...errors: readonly number[]): string => picture({ curves: [{ name: 'a', place: 0, points: errors.map((error, i) => ({ costs: [i, i], error, deviation: error / 100, hint: '' })) }] });
  expect(of(0.0095, 0.0105)).not.toContain('>0%<');
  expect(of(0.004, 0.0105)).toContain('>0%<');
});
