// A module that `build` wrote, found in its folder and loaded.

import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { header } from '../emit/module-text.ts';
import { reasonOf } from './system-error.ts';
import { fileDiagnostics, moduleDiagnostics } from './diagnostics.ts';
import { mostSamples } from './request.ts';
import { gpujsOptions } from './start-gpujs.ts';
import { isFolder } from './weights.ts';

export interface ShippedModule {
  readonly folder: string;
  /** Base name of its files. */
  readonly name: string;
}

/** What `net.meta` tells of the build. */
export interface BuildRecord {
  readonly compiler: string;
  readonly target: string;
  readonly dense: boolean;
  readonly batch: number;
  readonly layout: 'chw' | 'hwc';
  readonly inline: boolean;
  /** `sha256:...` */
  readonly source: string;
  readonly weights: string;
}

/** @param place The folder, or the ES module itself. @throws DiagnosticError `module/*`, `file/unreadable` */
export function findModule(place: string): ShippedModule {
  if (!isFolder(place)) return { folder: dirname(place), name: basename(place).replace(/\.js$/, '') };
  const names = readdirSync(place).toSorted();
  // What `build` writes has declarations; pages and scripts beside it have none.
  const found = names.filter((name) => name.endsWith('.js') && names.includes(name.replace(/\.js$/, '.d.ts'))).map((name) => name.replace(/\.js$/, ''));
  const [name, ...others] = found;
  if (name === undefined) return fail(noModule(place, names));
  if (others.length > 0) return fail(moduleDiagnostics.several({ args: [place, found.map((each) => `${each}.js`)], help: `name one: ${join(place, `${name}.js`)}` }));
  return { folder: place, name };
}

/** What to say of a folder without a module: perhaps only its declarations are lost. */
function noModule(folder: string, names: readonly string[]): Diagnostic {
  const script = names.find((name) => name.endsWith('.js') && Buffer.from(readModuleFile({ folder, name }, name)).includes(header));
  if (script === undefined) return moduleDiagnostics.none({ args: [folder], help: 'name the folder that `ssl-compile build ... --out DIR` wrote' });
  return fileDiagnostics.unreadable({ args: [join(folder, script.replace(/\.js$/, '.d.ts')), 'there is no such file'], help: `\`build\` wrote it with ${script}` });
}

/** Bytes of a file of the module. @throws DiagnosticError `file/unreadable` */
export function readModuleFile({ folder }: ShippedModule, file: string): Uint8Array {
  const path = join(folder, file);
  try {
    return readFileSync(path);
  } catch (error) {
    return fail(fileDiagnostics.unreadable({ args: [path, reasonOf(error)] }));
  }
}

export interface LoadedNet {
  readonly meta: unknown;
  readonly run: (input: ArrayLike<number>) => Float32Array | Promise<Float32Array>;
  /** Of targets that run at once. */
  readonly compute?: () => void;
}

/** @throws DiagnosticError `file/unreadable` */
export function needsGpujs(module: ShippedModule): boolean {
  // Only a module for gpu.js has this function.
  return new TextDecoder().decode(readModuleFile(module, `${module.name}.js`)).includes('startGpuNet(');
}

/** Runs the module's code, in gpu.js in its mode `cpu`; throws whatever that code throws. @throws DiagnosticError `file/unreadable`, `module/no-gpujs` */
export async function loadModule(module: ShippedModule): Promise<LoadedNet> {
  const options = needsGpujs(module) ? await gpujsOptions() : {};
  // A module is imported once a process: the query makes a changed file another one.
  const url = `${pathToFileURL(resolve(module.folder, `${module.name}.js`)).href}?${process.hrtime.bigint()}`;
  const { load } = (await import(url)) as { load: (options: object) => Promise<LoadedNet> };
  return load(options);
}

/** @param meta `net.meta` of the module. @throws DiagnosticError `module/record` where it is not what `build` writes */
export function buildRecord(meta: unknown, path: string): BuildRecord {
  const record = fieldsOf(meta);
  const options = fieldsOf(record.get('options'));
  const text = (fields: ReadonlyMap<string, unknown>, key: string): string => {
    const value = fields.get(key);
    return typeof value === 'string' ? value : fail(moduleDiagnostics.record({ args: [path, key] }));
  };
  const layout = text(options, 'layout');
  const batch = options.get('batch');
  if ((layout !== 'chw' && layout !== 'hwc') || typeof batch !== 'number' || !Number.isInteger(batch) || batch < 1 || batch > mostSamples) return fail(moduleDiagnostics.record({ args: [path, 'options'] }));
  return {
    compiler: text(record, 'compiler'),
    target: text(record, 'target'),
    dense: options.get('dense') === true,
    batch,
    layout,
    inline: options.get('inline') === true,
    source: text(record, 'source'),
    weights: text(record, 'weights'),
  };
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(Object.entries(typeof value === 'object' && value !== null ? value : {}));
}
