// What can be wrong with a file whose syntax is right, one table a stage of the check.

import { defineDiagnostics } from '../base/diagnostic.ts';
import type { Diagnostic, DiagnosticTable } from '../base/diagnostic.ts';
import type { Advice } from './advice.ts';

/** Takes a diagnostic; answers undefined, which is the value of whatever failed. */
export interface Report {
  (diagnostic: Diagnostic): undefined;
  /** For the help of diagnostics. */
  readonly advice: Advice;
}

export function reportTo(take: (diagnostic: Diagnostic) => void, given: Advice): Report {
  return Object.assign((diagnostic: Diagnostic): undefined => void take(diagnostic), { advice: given });
}

const nameMessages = {
  'no-network': (): string => 'the file has no `network`',
  'no-layer': (): string => 'the network returns its input as it is',
  'several-inputs': (network: string, count: number): string => `network \`${network}\` has ${count} inputs, and samples of a data set are fed to one`,
  'several-outputs': (network: string, count: number): string => `network \`${network}\` has ${count} outputs, and is trained by one`,
  'unnamed-output': (): string => 'an output beside others has to have a name',
  'output-twice': (name: string): string => `\`${name}\` is returned twice`,
  'unread-input': (name: string): string => `no output depends on the input \`${name}\``,
  duplicate: (name: string): string => `\`${name}\` is defined twice`,
  'unknown-op': (name: string): string => `unknown operation \`${name}\``,
  'unknown-layer': (name: string): string => `unknown layer \`${name}\``,
  'unknown-constant': (name: string): string => `unknown constant \`${name}\``,
  'not-a-layer': (name: string): string => `\`${name}\` is a constant, expected a layer`,
  'not-a-constant': (name: string): string => `\`${name}\` is a layer, expected a constant`,
  'is-block': (name: string, expected: string): string => `\`${name}\` is a block, expected ${expected}`,
  'before-definition': (name: string): string => `\`${name}\` is read before it is defined`,
  /** `path`: all of the cycle or its beginning; `length`: of all. */
  cycle: (path: readonly string[], length: number): string => {
    if (length === 1) return `\`${path[0]}\` reads itself`;
    return `these read each other in a cycle: ${inCycle(path, length)}`;
  },
  unused: (name: string): string => `the network's output does not depend on \`${name}\``,
  'repeated-labels': (): string => 'a second `labels` statement',
  'too-many': (hidden: number): string => `${hidden} more faults are not shown`,
  'duplicate-label': (label: string): string => `label ${label} is given twice`,
};
export const nameDiagnostics: DiagnosticTable<typeof nameMessages> = defineDiagnostics('name', nameMessages);

const importMessages = {
  path: (path: string, why: string): string => `\`${path}\` cannot be imported: ${why}`,
  unreadable: (path: string, why: string): string => `cannot import \`${path}\`: ${why}`,
  /** `paths`: all of the cycle or its beginning; `length`: of all. */
  cycle: (paths: readonly string[], length: number): string => (length === 1 ? `\`${paths[0]}\` imports itself` : `these files import each other in a cycle: ${inCycle(paths, length)}`),
  'no-name': (path: string, name: string): string => `\`${path}\` defines no \`${name}\``,
  'not-its-own': (path: string, name: string): string => `\`${path}\` does not define \`${name}\` itself`,
  unused: (name: string): string => `\`${name}\` is imported and never used`,
  'too-large': (path: string, what: string): string => `with \`${path}\` the program has more than ${what}`,
};
export const importDiagnostics: DiagnosticTable<typeof importMessages> = defineDiagnostics('import', importMessages);

const blockMessages = {
  /** `names`: all of the cycle or its beginning; `length`: of all. */
  recursive: (names: readonly string[], length: number): string => (length === 1 ? `block \`${names[0]}\` uses itself` : `these blocks use each other in a cycle: ${inCycle(names, length)}`),
  'two-kinds': (name: string, kind: string, before: string): string => `\`${name}\` is read as a ${kind} here, and as a ${before} before`,
  'layer-default': (name: string): string => `\`${name}\` is a layer, which has no default`,
  turns: (found: string, expected: string): string => `\`repeat\` turns ${found} times, expected ${expected}`,
  'unread-turns': (name: string): string => `no turn of this \`repeat\` reads \`${name}\`, so only the last one counts`,
  unused: (name: string): string => `block \`${name}\` is never used`,
  'unused-parameter': (block: string, name: string): string => `block \`${block}\` never reads its parameter \`${name}\``,
  hides: (name: string, what: string): string => `\`${name}\` hides ${what} of that name`,
};
export const blockDiagnostics: DiagnosticTable<typeof blockMessages> = defineDiagnostics('block', blockMessages);

const argumentMessages = {
  unknown: (callee: string, name: string): string => `\`${callee}\` has no argument \`${name}\``,
  duplicate: (name: string): string => `\`${name}\` is given twice`,
  missing: (callee: string, name: string): string => `\`${callee}\` lacks its argument \`${name}\``,
  'too-many': (callee: string, found: number, most: number): string => `\`${callee}\` is given ${found} arguments, at most ${most} fit`,
  value: (name: string, found: string, expected: string): string => `\`${name}\` is ${found}, expected ${expected}`,
  'expected-layer': (found: string): string => `found ${found}, expected a layer`,
  'layer-arithmetic': (operator: string): string => `\`${operator}\` computes with numbers, and layers are computed by operations`,
  'expected-call': (name: string): string => `\`${name}\` is only another name of a layer, expected an operation such as \`relu(...)\``,
  'expected-constant': (found: string): string => `found ${found}, expected a constant`,
  arithmetic: (why: string): string => why,
  'normalize-place': (): string => "`normalize` applies to the network's input alone",
  'normalize-shared': (input: string): string => `\`${input}\` is read both normalized and as it comes`,
  'normalize-twice': (input: string): string => `\`${input}\` is normalized twice`,
  'normalize-pixels': (shape: string): string => `\`per_pixel\` takes the mean of images, and a sample is ${shape}`,
  'normalize-length': (name: string, found: number, expected: number): string => `\`${name}\` has ${found} numbers for ${expected} channels`,
};
export const argumentDiagnostics: DiagnosticTable<typeof argumentMessages> = defineDiagnostics('argument', argumentMessages);

const shapeMessages = {
  /** In the words of the op's inference, which names the op. */
  mismatch: (why: string): string => why,
  'input-rank': (found: string, most: number): string => `the input is ${found}, expected 1 to ${most} extents, as in [channels, rows, columns] or [features]`,
  'channels-last': (channels: number, rows: number, columns: number): string => `an image is [channels, rows, columns]: this one has ${channels} channels of ${rows} x ${columns}`,
  output: (found: string): string => `the network returns ${found}, expected one score a class: [classes]`,
  labels: (labels: number, outputs: number, what: 'classes' | 'numbers'): string => `${labels} labels for ${outputs} ${what}`,
  'labels-shape': (found: string): string => `labels name the numbers of a list, and the network returns ${found}`,
  'labels-of': (outputs: number): string => `labels name the scores of one output, and the network has ${outputs}`,
};
export const shapeDiagnostics: DiagnosticTable<typeof shapeMessages> = defineDiagnostics('shape', shapeMessages);

const sizeMessages = {
  weights: (found: string, most: string): string => `the network has ${found} weights, at most ${most} are accepted`,
  batch: (batch: number, found: string, most: string): string => `a batch of ${batch} has ${found} values between layers, at most ${most} are accepted`,
  /** In the words of what has become too much. */
  expansion: (why: string): string => why,
  activations: (found: string, most: string): string => `one sample has ${found} values between layers, at most ${most} are accepted`,
};
export const sizeDiagnostics: DiagnosticTable<typeof sizeMessages> = defineDiagnostics('size', sizeMessages);

const sparsityMessages = {
  'unknown-setting': (name: string): string => `unknown setting \`${name}\``,
  'duplicate-setting': (name: string): string => `\`${name}\` is given twice`,
  value: (name: string, found: string, expected: string): string => `\`${name}\` is ${found}, expected ${expected}`,
  'unknown-structure': (name: string): string => `unknown structure \`${name}\``,
  'no-crossing': (method: string): string => `\`crossing\` says how proximal maps are put together, and the method ${method} has none`,
  'unknown-method': (name: string): string => `unknown method \`${name}\``,
  'several-methods': (first: string, other: string): string => `a line of \`${other}\` in a block of \`${first}\`: a block has one method`,
  'other-method': (setting: string, line: string): string => `\`method\` is ${setting}, but the lines of the block are of \`${line}\``,
  'not-of-method': (setting: string, owners: readonly string[], method: string): string => `\`${setting}\` is a setting of ${owners.join(' and ')}, and the method is ${method}`,
  'no-multiplier': (pattern: string): string => `what is kept of \`${pattern}\` cannot be multiplied`,
  'one-group': (structure: string, layer: string): string => `${structure} of \`${layer}\` are a single group, of which nothing can be kept but all`,
  'no-budget': (kept: number, total: number, structure: string, layer: string): string => `\`keep\` would leave ${kept} of ${total} ${structure} of \`${layer}\`, expected from 1 to ${total}`,
  'no-share': (): string => 'it is not said how many groups stay',
  'second-total': (): string => 'a second budget of the whole network',
  'no-strength': (): string => 'every strength is 0: no common factor of them brings the network to this budget',
  'unknown-unit': (unit: string): string => `unknown unit \`${unit}\``,
  'nothing-to-lose': (whole: string): string => `the whole network takes ${whole} of parameters: nothing has to go`,
  'nothing-shares': (): string => 'no line shares this budget',
  'no-convolutions': (of: string): string => `the network has no convolutions, of which \`${of}\` are`,
  'not-counted': (layer: string, of: string): string => `\`${layer}\` shares a budget of \`${of}\`, and is no convolution`,
  'stays-in-place': (structure: string, of: string): string => `zeros of ${structure} stay where they are, so they take nothing from \`${of}\``,
  'no-percent': (): string => 'a budget of the whole network is in per cent of it',
  'no-arguments': (structure: string): string => `\`${structure}\` takes no arguments`,
  'no-block': (file: string, name: string): string => `${file} has no \`sparsity ${name}\``,
  'several-blocks': (names: readonly string[]): string => `the file has several \`sparsity\` blocks: ${names.map((name) => `\`${name}\``).join(', ')}`,
  'no-layer': (pattern: string): string => `no layer matches \`${pattern}\``,
  'no-group': (layer: string, op: string, structure: string): string => `layer \`${layer}\` is ${article(op)} \`${op}\`, which has no ${structure}`,
  'no-group-matched': (pattern: string, structure: string): string => `no layer that matches \`${pattern}\` has ${structure}`,
  'no-shortcut': (layers: readonly string[]): string => `no shortcut leads around ${listed(layers)}`,
  'no-branch': (joins: readonly string[]): string => `no branch beside a shortcut ends in ${listed(joins)}`,
  'none-coupled': (layers: readonly string[]): string => `none of the filters of ${listed(layers)} can go`,
  'unread-layer': (layer: string): string => `the network's output does not depend on layer \`${layer}\``,
  'too-many-matches': (): string => 'the patterns up to here match more layers than are looked up',
  'same-groups': (structure: string, other: string, layer: string): string => `${structure} of \`${layer}\` divide its weights as its ${other} do`,
  'duplicate-penalty': (structure: string, layer: string): string => `${structure} of \`${layer}\` are penalised twice`,
};
export const sparsityDiagnostics: DiagnosticTable<typeof sparsityMessages> = defineDiagnostics('sparsity', sparsityMessages);

const trainMessages = {
  'unknown-setting': (name: string): string => `unknown setting \`${name}\``,
  'duplicate-setting': (name: string): string => `\`${name}\` is given twice`,
  value: (name: string, found: string, expected: string): string => `\`${name}\` is ${found}, expected ${expected}`,
  'no-effect': (setting: string, needed: string): string => `\`${setting}\` does nothing without \`${needed}\``,
  'rate-of-another': (phase: string, optimizer: string, other: string): string => `phase \`${phase}\` takes steps of \`${optimizer}\` at the rate that the baseline gives to \`${other}\``,
  'judged-while-penalized': (setting: string, phase: string): string => `\`${setting}\` cannot be in \`${phase}\`: its held-out error is least before the penalties have acted`,
  'other-ending': (setting: string, phase: string): string => `\`${setting}\` of \`${phase}\` is not that of what it is compared with`,
  'nothing-held-out': (setting: string): string => `\`${setting}\` goes by the held-out error, but nothing is held out`,
  missing: (phase: string, setting: string): string => `phase \`${phase}\` lacks \`${setting}\``,
  'unknown-phase': (name: string): string => `unknown phase \`${name}\``,
  'duplicate-phase': (name: string): string => `a second phase \`${name}\``,
  'phase-order': (name: string, before: string): string => `phase \`${name}\` stands after \`${before}\`, but runs before it`,
  'no-resize': (why: string): string => `\`resize\` scales the images of a folder to what the network reads, but ${why}`,
  'no-data-set': (): string => '`train` names no data set',
  'no-phase': (): string => '`train` has no phase',
  'one-number': (phase: string, layer: string): string => `phase \`${phase}\` trains with one sample a step, of which \`${layer}\` normalises each channel over a single number: nothing is left of it`,
  'never-sparsified': (): string => 'the penalties of `sparsity` are never applied: `train` has no phase `sparsify`',
  'nothing-to-compare': (phase: string): string => `phase \`${phase}\` has nothing to be compared with`,
  'unequal-control': (phase: string, epochs: number, compared: number): string => `\`${phase}\` trains for ${epochs} epochs and is compared with what trains for ${compared}`,
  'no-image': (shape: string): string => `\`augment\` moves and mirrors images, and a sample is ${shape}`,
  'large-pad': (pad: string, shape: string): string => `\`pad\` is ${pad} around images of ${shape}: what is taken may hold nothing of the image`,
  'nothing-to-augment': (): string => '`augment` changes nothing',
  'no-classes': (setting: string, task: string): string => `\`${setting}\` is of classes, and there are none where \`task = ${task}\``,
  'moved-images': (shape: string): string => `\`augment\` moves and mirrors images, but not the ${shape} that each is to be answered with`,
  'class-weights': (found: number, expected: number): string => `${found} ${found === 1 ? 'weight' : 'weights'} for ${expected} classes`,
  rounds: (phase: string, epochs: number, rounds: number): string => `phase \`${phase}\` has ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} for ${rounds} rounds`,
  'nothing-to-sparsify': (): string => 'phase `sparsify` has nothing to penalise',
};
export const trainDiagnostics: DiagnosticTable<typeof trainMessages> = defineDiagnostics('train', trainMessages);

/** A cycle, as far as it is shown. */
function inCycle(path: readonly string[], length: number): string {
  const names = path.map((name) => `\`${name}\``);
  return [...names, ...(length > path.length ? [`${length - path.length} more`] : []), names[0]].join(' <- ');
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}

/** `a`, `b` or others, cut where it grows long. */
function listed(layers: readonly string[]): string {
  const most = 4;
  const names = layers.slice(0, most).map((layer) => `\`${layer}\``);
  return layers.length > most ? `${names.join(', ')} or ${layers.length - most} others` : names.join(' or ');
}
