// The greater of two activations, element by element.

import type { Op } from '../../ir/op.ts';
import { extreme } from '../support/extremes.ts';

export const maximum: Op = extreme('maximum', 'The greater of two activations.');
