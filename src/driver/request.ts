// What callers may ask for: limits that the command line shares, and the library's checks.

import { defineDiagnostics, fail } from '../base/diagnostic.ts';
import type { DiagnosticTable } from '../base/diagnostic.ts';
import { didYouMean } from '../base/suggest.ts';
import { formatShape } from '../base/tensor.ts';
import type { Target } from '../targets/target.ts';
import { dataInterfaceOf, isClassifier } from '../ir/network.ts';
import { taskOf, tasks } from '../train/tasks/index.ts';
import type { Task } from '../train/tasks/task.ts';
import type { Network, PhaseOptions, TrainSpec } from '../ir/network.ts';

/** Seeds are of 32 bits. */
export const largestSeed: number = 2 ** 32 - 1;
/** A batch beyond this is a slip of the pen. */
export const mostSamples = 65_536;
/** Worker threads beyond this are a slip of the pen. */
export const mostWorkers = 64;

const messages = {
  integer: (name: string, found: string, least: number, most: number): string => `${name} is ${found}, expected an integer from ${least} to ${most}`,
  positive: (name: string, found: string): string => `${name} is ${found}, expected a number above 0`,
  share: (name: string, found: string): string => `${name} is ${found}, expected a number from 0 to below 1`,
  weights: (found: string, classes: number): string => `classWeights is ${found}, expected ${classes} numbers above 0, one a class`,
  classes: (name: string, task: string): string => `${name} is of classes, and there are none where task is ${task}`,
  classifier: (network: string): string => `the output of ${network} is no vector of class scores`,
  'moved-images': (shape: string): string => `augment moves and mirrors images, but not the ${shape} that each is to be answered with`,
  flag: (name: string, found: string): string => `${name} is ${found}, expected true or false`,
  winograd: (target: string): string => `target ${target} takes no winograd: it would run a kernel for each of its steps`,
  name: (name: string, found: string): string => `there is no ${name} "${found}"`,
};
const requestDiagnostics: DiagnosticTable<typeof messages> = defineDiagnostics('request', messages);

/** @throws DiagnosticError `request/integer`, also for what is no number: callers may be plain JavaScript */
export function checkInteger(name: string, found: number, most: number, least = 1): void {
  if (!Number.isInteger(found) || found < least || found > most) fail(requestDiagnostics.integer({ args: [name, inWords(found), least, most] }));
}

/** What programs may have changed since it was checked: numbers that training counts with. @throws DiagnosticError `request/*` */
export function checkTrainSpec({ task, seed, heldOut, phases, augment, classWeights }: TrainSpec, network: Network): void {
  if (task !== undefined) findNamed('task', task, Object.values(tasks));
  const taught = taskOf(task && { task });
  const { inputShape, classes, targetShape } = dataInterfaceOf(network, taught);
  checkClasses(taught, [...(classWeights ? ['classWeights'] : []), ...(phases.some(({ labelSmoothing }) => labelSmoothing !== undefined) ? ['labelSmoothing'] : [])], network);
  checkInteger('seed', seed, largestSeed, 0);
  if (!(heldOut >= 0 && heldOut < 1)) fail(requestDiagnostics.share({ args: ['heldOut', inWords(heldOut)] }));
  const [, ...extents] = inputShape;
  for (const [axis, pad] of augment?.pad.entries() ?? []) checkInteger(`pad[${axis}] of augment`, pad, (extents[axis] ?? 1) - 1, 0);
  if (augment && targetShape && targetShape.length > 1) fail(requestDiagnostics['moved-images']({ args: [formatShape(targetShape)], help: 'leave it out' }));
  if (classWeights && classWeights !== 'balanced' && !(classWeights.length === classes && classWeights.every((weight) => weight > 0 && weight < Infinity))) {
    fail(requestDiagnostics.weights({ args: [`[${classWeights.join(', ')}]`, classes] }));
  }
  for (const { name, epochs, batch, ...options } of phases) {
    checkInteger(`epochs of ${name}`, epochs, 2 ** 30, 0);
    checkInteger(`batch of ${name}`, batch, 2 ** 30);
    checkOptions(name, options);
  }
}

/** @param settings Those given that are of classes. */
function checkClasses({ name, classes }: Task, [setting]: readonly string[], network: Network): void {
  if (classes && !isClassifier(network)) fail(requestDiagnostics.classifier({ args: [network.name], help: "task: 'regress' trains it to answer with numbers" }));
  if (!classes && setting !== undefined) fail(requestDiagnostics.classes({ args: [setting, name] }));
}

function checkOptions(phase: string, { warmup, labelSmoothing, clipGradients, patience }: PhaseOptions): void {
  if (labelSmoothing !== undefined && !(labelSmoothing >= 0 && labelSmoothing < 1)) fail(requestDiagnostics.share({ args: [`labelSmoothing of ${phase}`, inWords(labelSmoothing)] }));
  for (const [name, value] of Object.entries({ warmup, clipGradients })) {
    if (value !== undefined && !(value > 0)) fail(requestDiagnostics.positive({ args: [`${name} of ${phase}`, inWords(value)] }));
  }
  if (patience !== undefined) checkInteger(`patience of ${phase}`, patience, 2 ** 30);
}

/** @throws DiagnosticError `request/flag`: callers may be plain JavaScript */
export function checkFlag(name: string, found: boolean): void {
  if (typeof found !== 'boolean') fail(requestDiagnostics.flag({ args: [name, inWords(found)] }));
}

/** @param winograd As builds take it. @throws DiagnosticError `request/*` */
export function checkWinograd(winograd: number | undefined, { name, nests }: Target): void {
  if (winograd === undefined) return;
  if (!(winograd >= 0 && winograd < 1)) fail(requestDiagnostics.share({ args: ['winograd', inWords(winograd)] }));
  if (!nests) fail(requestDiagnostics.winograd({ args: [name], help: 'leave it out, or build for another target' }));
}

function inWords(found: unknown): string {
  if (typeof found === 'string') return JSON.stringify(found);
  return typeof found === 'number' || found === undefined || found === null ? String(found) : `a value of type ${typeof found}`;
}

/** @throws DiagnosticError `request/name` */
export function findNamed<Item extends { readonly name: string }>(what: string, name: string, known: readonly Item[]): Item {
  const names = known.map((item) => item.name);
  return known.find((item) => item.name === name) ?? fail(requestDiagnostics.name({ args: [what, name], help: didYouMean(name, names) }));
}
