// Lists the images of a folder: train/<class>, test/<class> and, where there is one, val/<class>. The names of the
// training folders, in natural order (class2 before class10), are the classes; names are compared as people read them,
// in Unicode's form NFC. Images in sub-folders of a class belong to it. Hidden files are passed over; what else is not
// read is said.

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { dataDiagnostics } from '../../data/diagnostics.ts';
import { unreadable } from './data-file.ts';
import { codeOf } from '../../base/system-error.ts';

export interface LabelledFile {
  readonly path: string;
  readonly label: number;
}

export interface ListedImages {
  /** Names of the classes. */
  readonly labels: readonly string[];
  readonly training: readonly LabelledFile[];
  /** Of the folder val; none where there is none. */
  readonly heldOut: readonly LabelledFile[];
  readonly test: readonly LabelledFile[];
  readonly warnings: readonly Diagnostic[];
}

const images = /\.(png|jpe?g|jfif)$/i;
const otherImages = /\.(gif|bmp|webp|tiff?|avif|heic|ppm|pgm)$/i;
/** What desktops leave behind. */
const litter = new Set(['thumbs.db', 'desktop.ini']);

const parts: ReadonlySet<string> = new Set(['train', 'val', 'test']);

/** @param folders All that `folder` holds. Fails with `data/*` diagnostics. */
export async function listImages(folder: string, folders: readonly string[]): Promise<ListedImages> {
  const unread: string[] = folders.filter((name) => !parts.has(name)).map((name) => join(folder, name));
  const trainClasses = await classFolders(join(folder, 'train'), unread);
  const valClasses = folders.includes('val') ? await classFolders(join(folder, 'val'), unread) : new Map<string, string>();
  const testClasses = await classFolders(join(folder, 'test'), unread);
  const labels = inNaturalOrder([...trainClasses.keys()]);
  for (const [name, path] of [...valClasses, ...testClasses]) {
    if (trainClasses.has(name)) continue;
    fail(dataDiagnostics['unknown-class']({ args: [path, labels.join(', ')], help: 'add training images of this class, or remove the folder' }));
  }
  const training = await imagesOf(trainClasses, labels, unread);
  const heldOut = await imagesOf(valClasses, labels, unread);
  const test = await imagesOf(testClasses, labels, unread);
  return { labels, training, heldOut, test, warnings: unreadWarning(folder, unread) };
}

/** The folders of the classes by name. What lies beside them goes to `unread`. */
async function classFolders(folder: string, unread: string[]): Promise<ReadonlyMap<string, string>> {
  const entries = await visibleEntries(folder).catch((error: unknown) =>
    codeOf(error) === 'ENOENT'
      ? fail(
          dataDiagnostics.incomplete({
            args: [folder.slice(0, -basename(folder).length - 1), `the folder ${basename(folder)}`],
            help: `put the images into ${join(folder, '<class>')}`,
          }),
        )
      : unreadable(folder, error),
  );
  const image = entries.find((entry) => entry.isFile() && (images.test(entry.name) || otherImages.test(entry.name)));
  if (image) fail(dataDiagnostics['no-class']({ args: [folder, image.name], help: `put the images into ${join(folder, '<class>')}` }));
  const folders = new Map<string, string>();
  for (const entry of entries) {
    if (entry.isFile()) {
      if (!litter.has(entry.name.toLowerCase())) unread.push(join(folder, entry.name));
      continue;
    }
    const name = entry.name.normalize('NFC');
    const twin = folders.get(name);
    if (twin !== undefined) {
      fail(
        dataDiagnostics.ambiguous({
          args: [folder, `${name} twice, spelt with different Unicode characters`, 'folder of the class'],
          help: 'put the images into one of the two folders',
        }),
      );
    }
    folders.set(name, join(folder, entry.name));
  }
  if (folders.size === 0) fail(dataDiagnostics.empty({ args: [folder, 'a folder of images for each class'] }));
  return folders;
}

/** class2 before class10. */
export function inNaturalOrder(names: readonly string[]): readonly string[] {
  const natural = new Intl.Collator('en', { numeric: true });
  // The second comparison settles names that the collator takes for the same ("1" and "01").
  return names.toSorted((a, b) => natural.compare(a, b) || (a < b ? -1 : 1));
}

async function imagesOf(folders: ReadonlyMap<string, string>, labels: readonly string[], unread: string[]): Promise<readonly LabelledFile[]> {
  const files: LabelledFile[] = [];
  for (const [label, name] of labels.entries()) {
    const folder = folders.get(name);
    if (folder === undefined) continue;
    const found = await imagesIn(folder, unread);
    if (found.length === 0) fail(dataDiagnostics.empty({ args: [folder, 'PNG or JPEG images of the class'], help: 'put images into it, or remove the folder' }));
    for (const path of found.toSorted()) files.push({ path, label });
  }
  return files;
}

/** At any depth. Names of files that are no images go to `unread`. */
async function imagesIn(folder: string, unread: string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await visibleEntries(folder).catch((error: unknown) => unreadable(folder, error));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await imagesIn(path, unread)));
    else if (images.test(entry.name)) found.push(path);
    else if (otherImages.test(entry.name)) fail(dataDiagnostics.unsupported({ args: [folder, entry.name, 'PNG and JPEG images only'], help: 'convert the images to PNG' }));
    else if (!litter.has(entry.name.toLowerCase())) unread.push(path);
  }
  return found;
}

async function visibleEntries(folder: string): Promise<readonly Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.name.startsWith('.'));
}

function unreadWarning(folder: string, [first, ...others]: readonly string[]): readonly Diagnostic[] {
  if (first === undefined) return [];
  const help = 'images are read from train/<class>, val/<class> and test/<class> alone, and end in .png, .jpg, .jpeg or .jfif';
  return [dataDiagnostics.unread({ args: [folder, first, others.length], help, severity: 'warning' })];
}
