// The lesser of two activations, element by element.

import type { Op } from '../../ir/op.ts';
import { extreme } from '../support/extremes.ts';

export const minimum: Op = extreme('minimum', 'The lesser of two activations.');
