// A module that `build` wrote, found in its folder and loaded.

import { readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { fieldReader } from '../../base/json-fields.ts';
import { sizeOf } from '../../base/tensor.ts';
import type { Shape } from '../../base/tensor.ts';
import { header } from '../../emit/module-text.ts';
import type { Answer, Given } from '../../runtime/ports.ts';
import { taskIn } from '../../train/tasks/index.ts';
import type { OfTask } from '../../train/tasks/index.ts';
import type { Task } from '../../train/tasks/task.ts';
import { weightTypes } from '../../emit/weight-types/index.ts';
import type { WeightType } from '../../emit/weight-types/weight-type.ts';
import type { ErrorChange } from '../evaluation/error-change.ts';
import { fileDiagnostics, moduleDiagnostics } from '../diagnostics.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { mostSamples } from '../request.ts';
import { pinnedIn, scheduledOptions } from '../tuning/pinned.ts';
import type { PinnedSchedules } from '../tuning/pinned.ts';
import { isFolder } from '../weights/weights.ts';

export interface ShippedModule {
  readonly folder: string;
  /** Base name of its files. */
  readonly name: string;
}

/** What `net.meta` tells of the build. */
export interface BuildRecord extends OfTask {
  readonly compiler: string;
  readonly target: string;
  readonly dense: boolean;
  readonly batch: number;
  readonly layout: 'chw' | 'hwc';
  readonly inline: boolean;
  readonly winograd?: number;
  /** It can run on several threads. */
  readonly threads: boolean;
  readonly tuning?: PinnedSchedules;
  /** How weights are stored, where not in f32, and what that does to the error, where it was measured. */
  readonly weightsAs?: WeightType;
  readonly change?: ErrorChange;
  /** The data set that the source names, where all know it by that name. */
  readonly dataset?: string;
  /** Images of folders are scaled to what the network reads. */
  readonly resize: boolean;
  /** `sha256:...` */
  readonly source: string;
  readonly weights: string;
  /** The version of its code that runs, of modules that carry several. */
  readonly runs?: string;
}

/** @param place The folder, or the ES module itself. @throws DiagnosticError `module/*`, `file/unreadable` */
export function findModule(place: string): ShippedModule {
  if (!isFolder(place)) {
    if (!place.endsWith('.js')) fail(moduleDiagnostics.none({ args: [place], help: folderHelp }));
    return { folder: dirname(place), name: basename(place).replace(/\.js$/, '') };
  }
  const found = modulesIn(place);
  const [name, ...others] = found;
  if (name === undefined) return fail(noModule(place, readdirSync(place).toSorted()));
  if (others.length > 0) return fail(moduleDiagnostics.several({ args: [place, found.map((each) => `${each}.js`)], help: `name one: ${join(place, `${name}.js`)}` }));
  return { folder: place, name };
}

const folderHelp = 'name the folder that `ssl-compile build ... --out DIR` wrote';

/** Base names of the modules in a folder: what `build` writes has declarations; pages and scripts beside it have none. */
export function modulesIn(folder: string): readonly string[] {
  const names = readdirSync(folder).toSorted();
  return names.filter((name) => name.endsWith('.js') && names.includes(name.replace(/\.js$/, '.d.ts'))).map((name) => name.replace(/\.js$/, ''));
}

/** What to say of a folder without a module: perhaps only its declarations are lost. */
function noModule(folder: string, names: readonly string[]): Diagnostic {
  const script = names.find((name) => name.endsWith('.js') && Buffer.from(readModuleFile({ folder, name }, name)).includes(header));
  if (script === undefined) return moduleDiagnostics.none({ args: [folder], help: folderHelp });
  return fileDiagnostics.unreadable({ args: [join(folder, script.replace(/\.js$/, '.d.ts')), 'there is no such file'], help: `\`build\` wrote it with ${script}` });
}

/** Bytes of a file of the module. @throws DiagnosticError `file/unreadable`, `file/too-large` */
export function readModuleFile({ folder }: ShippedModule, file: string): Uint8Array {
  return readRegularFile(join(folder, file), mostBytes);
}

/** What a memory of 32 bits can have begun as. */
const mostBytes = 2 ** 32;

/** What a loaded module tells of itself: whatever its code likes. */
export interface ModuleClaims {
  readonly name?: unknown;
  readonly inputShape?: unknown;
  readonly outputShape?: unknown;
  /** Where it has several. */
  readonly inputShapes?: unknown;
  readonly outputShapes?: unknown;
  readonly labels?: unknown;
  readonly meta?: unknown;
}

export interface LoadedNet extends ModuleClaims {
  readonly run: (given: Given) => Answer | Promise<Answer>;
  /** Of targets that run at once. */
  readonly compute?: () => void;
}

/** The target that a module says it is for, read from its text, since its code may not run before that is known. @throws DiagnosticError `file/unreadable` */
export function targetNameIn(module: ShippedModule): string | undefined {
  // Of `meta`: within a string of the network's, quotes have a backslash before them.
  return /\btarget: "(\w+)"/.exec(new TextDecoder().decode(readModuleFile(module, `${module.name}.js`)))?.[1];
}

/**
 * Runs a module's code; throws whatever that code throws.
 * @param file The ES module, which Node has to take for one.
 * @param options For its `load`.
 */
export async function loadModule(file: string, options: object = {}): Promise<LoadedNet> {
  // A module is imported once a process: the query makes a changed file another one.
  const url = `${pathToFileURL(resolve(file)).href}?${process.hrtime.bigint()}`;
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
  const [dataset, runs, tuning, task] = [record.get('dataset'), record.get('runs'), record.get('tuning'), record.get('task')];
  const [target, dense] = [text(record, 'target'), options.get('dense') === true];
  const winograd = options.get('winograd');
  const wrong = (): never => fail(moduleDiagnostics.record({ args: [path, 'tuning'] }));
  const weightsAs = options.get('weightsAs');
  const weightType = weightTypes.find(({ name }) => name === weightsAs);
  if (weightsAs !== undefined && !weightType) fail(moduleDiagnostics.record({ args: [path, 'weightsAs'] }));
  if ((layout !== 'chw' && layout !== 'hwc') || typeof batch !== 'number' || !Number.isInteger(batch) || batch < 1 || batch > mostSamples) return fail(moduleDiagnostics.record({ args: [path, 'options'] }));
  return {
    compiler: text(record, 'compiler'),
    target,
    dense,
    batch,
    layout,
    inline: options.get('inline') === true,
    ...(typeof winograd === 'number' && { winograd }),
    threads: options.get('threads') === true,
    ...(tuning !== undefined && { tuning: pinnedIn(fieldReader(tuning, wrong), path, { target, ...scheduledOptions({ dense, batch, ...(typeof winograd === 'number' && { winograd }), ...(weightType && { weightsAs: weightType.name }) }) }) }),
    ...(weightType && { weightsAs: weightType, ...changeIn(record.get('rounding'), path) }),
    ...taskIn(task),
    ...(typeof dataset === 'string' && { dataset }),
    resize: record.get('resize') === true,
    source: text(record, 'source'),
    weights: text(record, 'weights'),
    ...(typeof runs === 'string' && { runs }),
  };
}

/** What `meta` tells of the error; of one that was not measured, words. */
function changeIn(rounding: unknown, path: string): Pick<BuildRecord, 'change'> {
  if (typeof rounding === 'string') return {};
  const fields = fieldReader(rounding, () => fail(moduleDiagnostics.record({ args: [path, 'rounding'] })));
  return { change: { ...taskIn(fields.value('task')), dataset: fields.text('dataset'), samples: fields.number('samples'), before: fields.number('before'), after: fields.number('after') } };
}

/** What the module of a network that is trained here takes and answers. */
export interface ModuleInterface {
  readonly name: string;
  /** Of one sample, images in the order of the module's layout. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Names of the classes, where the source gives them. */
  readonly labels?: readonly string[];
}

/** @throws DiagnosticError `module/no-classifier`; `module/unclear` where it is not what `build` writes */
export function taughtInterface({ name, inputShape, outputShape, inputShapes, outputShapes, labels }: ModuleClaims, task: Task, path: string): ModuleInterface {
  const help = task.classes ? 'classes are told apart by networks with one input and one output of one score a class' : 'a data set has one list of numbers for one input and one output';
  if (inputShapes !== undefined || outputShapes !== undefined || (task.classes && isShape(outputShape) && outputShape.length > 1)) fail(moduleDiagnostics['no-classifier']({ args: [path], help }));
  const unclear = (field: string): never => fail(moduleDiagnostics.unclear({ args: [path, field], help: 'build it again' }));
  const shapes = { inputShape: isShape(inputShape) ? inputShape : unclear('inputShape'), outputShape: isShape(outputShape) ? outputShape : unclear('outputShape') };
  return {
    name: typeof name === 'string' ? name : unclear('name'),
    ...shapes,
    ...(labels !== undefined && { labels: isNames(labels) && labels.length === sizeOf(shapes.outputShape) ? labels : unclear('labels') }),
  };
}

function isShape(value: unknown): value is Shape {
  return Array.isArray(value) && value.length > 0 && value.every((extent) => Number.isInteger(extent) && extent > 0 && extent < 2 ** 31);
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(Object.entries(typeof value === 'object' && value !== null ? value : {}));
}
