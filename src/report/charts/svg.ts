// The frame of every drawing: a picture with a name and a description for those who do not see it.

import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description?: string;
  readonly class?: string;
}

/** Scales with the width that it is given. No ids: names are within it. */
export function drawing({ width, height, title, description, class: name }: Drawing, ...children: readonly Child[]): Markup {
  const described = description === undefined ? title : `${title}. ${description}`;
  return element('svg', { class: name, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': described }, children);
}

/** What a pointer that rests on its parent is told. */
export function hint(text: string): Markup {
  return element('title', {}, text);
}

/** Places to a tenth of a unit: what is finer nobody sees. */
export function at(value: number): number {
  return Math.round(value * 10) / 10;
}
