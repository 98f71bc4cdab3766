// A full garbage collection when we ask for one. V8 collects a heap as small as ours so seldom that a training run
// would hold for hours what loading and compiling left behind, about ten megabytes.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

export function collectGarbage(): void {
  if (!collect) {
    // The function is put into contexts made after the flag.
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
