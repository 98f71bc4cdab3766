// The suites, by name.

import type { Suite } from './suite.ts';
import { peersSuite } from './suites/peers.ts';

export const suites: readonly Suite[] = [peersSuite];
