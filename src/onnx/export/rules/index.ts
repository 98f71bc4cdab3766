// How each operation of a deployed network is written in ONNX.

import type { ExportRule } from '../exported-node.ts';
import { activationRules } from './activations.ts';
import { arithmeticRules } from './arithmetic.ts';
import { convolutionRules } from './convolution.ts';
import { denseRules } from './dense.ts';
import { normRules } from './norms.ts';
import { poolRules } from './pools.ts';
import { shapeRules } from './shapes.ts';

export const exportRules: ReadonlyMap<string, ExportRule> = new Map(Object.entries({ ...activationRules, ...arithmeticRules, ...convolutionRules, ...denseRules, ...normRules, ...poolRules, ...shapeRules }));
