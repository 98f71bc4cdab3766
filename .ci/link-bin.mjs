// npm links the commands of dependencies, not those of the project it stands in. This links ours, so that
// `npx ssl-compile` works in the checkout straight after `npm ci`.

import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const entry = path.join(root, 'dist/cli/main.js');
const link = path.join(root, 'node_modules/.bin/ssl-compile');

mkdirSync(path.dirname(link), { recursive: true });
if (process.platform === 'win32') {
  writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\dist\\cli\\main.js" %*\r\n');
} else {
  rmSync(link, { force: true });
  symlinkSync(path.relative(path.dirname(link), entry), link);
  if (existsSync(entry)) chmodSync(entry, 0o755);
}
