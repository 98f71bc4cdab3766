// The build, from nothing, so that what was renamed or deleted does not stay:
//
//   dist/cli/main.js, dist/index.js    the command and the library
//   dist/chunks/*.js                   what they share, and what they load late
//   dist/**/*.d.ts                     types that those of the library are made of; doc comments are here alone
//
// What emitted modules and programs take as text, functions of the runtime and files of Python, stands in the package as a value.
//
// `tsc` compiles; rolldown joins what is loaded together, so that `check` reads 40 files in place of 272: a
// fifth of its time, and a quarter of its processor time, went into finding them.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const command = path.join(dist, 'cli/main.js');
/** Neither a path in this project, nor one that begins with a drive. */
const packageName = /^(?![./]|[a-z]:[\\/])/i;

rmSync(dist, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1);
await joinModules();
dropDeclarations();
linkCommand();

async function joinModules() {
  const input = {
    'cli/main': 'cli/main.js',
    index: 'index.js',
    // Threads and processes are started on these, which load little else.
    'engine/node-threads': 'engine/node-threads.js',
    'driver/module/module-process': 'driver/module/module-process.js',
    'driver/sweep/worker': 'driver/sweep/worker.js',
    'driver/sweep/queue/data-process': 'driver/sweep/queue/data-process.js',
  };
  const bundle = await rolldown({ input, cwd: dist, platform: 'node', external: packageName, plugins: [await textsAsValues()], experimental: { attachDebugInfo: 'none' } });
  const { output } = await bundle.write({ dir: dist, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js', comments: { jsdoc: false } });
  await bundle.close();
  const kept = new Set(output.map(({ fileName }) => path.join(dist, fileName)));
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (file.endsWith('.js') && !kept.has(file)) rmSync(file);
  }
  chmodSync(command, 0o755);
}

/** Nobody can name a type but through index.d.ts. */
function dropDeclarations() {
  const kept = new Set([path.join(dist, 'index.d.ts')]);
  // A set is iterated up to its end, also where that moves meanwhile.
  for (const file of kept) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)\.[jt]s['"]/g)) kept.add(path.join(path.dirname(file), `${name}.d.ts`));
  }
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (file.endsWith('.d.ts') && !kept.has(file)) rmSync(file);
  }
}

/** Files that read texts of the checkout, by what they answer. */
async function textsAsValues() {
  const { runtimeFunctions } = await import(pathToFileURL(path.join(dist, 'driver/build/runtime-functions.js')));
  const { torchFiles } = await import(pathToFileURL(path.join(dist, 'driver/export/torch-files.js')));
  const asText = (value) => JSON.stringify(value, undefined, 1);
  const files = new Map([
    ['driver/build/runtime-functions.js', `const functions = ${asText(await runtimeFunctions())};\nexport const runtimeFunctions = async () => functions;\n`],
    // Packed: they are a twentieth of the package, and most people never export them.
    ['driver/export/torch-files.js', `import { gunzipSync } from 'node:zlib';\nconst packed = '${gzipSync(asText(torchFiles()), { level: 9 }).toString('base64')}';\nexport const torchFiles = () => JSON.parse(gunzipSync(Buffer.from(packed, 'base64')));\n`],
  ]);
  return {
    name: 'texts-as-values',
    load: (id) => files.get(path.relative(dist, path.normalize(id)).replaceAll('\\', '/')) ?? null,
  };
}

/** npm links the commands of dependencies, not those of the project it stands in; `npx ssl-compile` is to work here, too. */
function linkCommand() {
  const link = path.join(root, 'node_modules/.bin/ssl-compile');
  mkdirSync(path.dirname(link), { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\dist\\cli\\main.js" %*\r\n');
  } else {
    rmSync(link, { force: true });
    symlinkSync(path.relative(path.dirname(link), command), link);
  }
}
