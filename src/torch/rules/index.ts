// How each operation of a network is written with torch.

import type { TorchRule } from '../torch-node.ts';
import { activationRules } from './activations.ts';
import { arithmeticRules } from './arithmetic.ts';
import { normRules } from './norms.ts';
import { poolRules } from './pools.ts';
import { shapeRules } from './shapes.ts';
import { weightRules } from './weights.ts';

export const torchRules: ReadonlyMap<string, TorchRule> = new Map(Object.entries({ ...activationRules, ...arithmeticRules, ...normRules, ...poolRules, ...shapeRules, ...weightRules }));
