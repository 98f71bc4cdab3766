// What the importer knows, operator by operator.

import { activationRules } from './activations.ts';
import { affineRules } from './affine.ts';
import { channelRules } from './channels.ts';
import { windowRules } from './convolution.ts';
import { denseRules } from './dense.ts';
import { resizeRules } from './resize.ts';
import type { Rule } from './rule.ts';
import { viewRules } from './views.ts';

export const rules: ReadonlyMap<string, Rule> = new Map(Object.entries({ ...viewRules, ...windowRules, ...denseRules, ...affineRules, ...activationRules, ...channelRules, ...resizeRules }));
