// Where this package lies: the nearest folder above this code that has a package.json, however deep the code lies.
// The build joins files, so that none may count the folders above itself.

import { existsSync } from 'node:fs';
import { invariant } from '../../base/invariant.ts';

export function packageFolder(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const above = new URL('..', folder);
    invariant(above.href !== folder.href, 'the package has no package.json');
    folder = above;
  }
  return folder;
}
