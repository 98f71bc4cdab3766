// The types that `--weights-as` knows.

import { f16 } from './f16.ts';
import { int8 } from './int8.ts';

export const weightTypes: readonly [typeof f16, typeof int8] = [f16, int8];

export type WeightTypeName = (typeof weightTypes)[number]['name'];
