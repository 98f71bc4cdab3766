// The methods there are.

import type { MethodName } from '../../ir/network.ts';
import { admm } from './admm.ts';
import { magnitude } from './magnitude.ts';
import type { Method } from './method.ts';
import { proximal } from './proximal.ts';
import { subgradient } from './subgradient.ts';

export const methods: Readonly<Record<MethodName, Method>> = { proximal, subgradient, admm, magnitude };

/** What a file that names none is trained with. */
export const usualMethod: MethodName = 'proximal';
