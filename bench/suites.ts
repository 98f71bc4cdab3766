// The suites, by name.

import type { Suite } from './suite.ts';
import { browserSuite } from './suites/browser.ts';
import { compileSuite } from './suites/compile.ts';
import { fineSuite } from './suites/fine.ts';
import { importedSuite } from './suites/imported.ts';
import { networksSuite } from './suites/networks.ts';
import { peersSuite } from './suites/peers.ts';
import { threadsSuite } from './suites/threads.ts';
import { storedSuite } from './suites/stored.ts';
import { table4Suite } from './suites/table4.ts';
import { torchSuite } from './suites/torch.ts';
import { trainingSuite } from './suites/training.ts';

export const suites: readonly Suite[] = [peersSuite, browserSuite, importedSuite, networksSuite, fineSuite, table4Suite, storedSuite, trainingSuite, torchSuite, threadsSuite, compileSuite];
