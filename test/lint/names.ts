// No structure, method, optimizer, task or op is known by name outside its record. This reads every string literal of src/
// that is the name of one, wherever it stands, and answers those that no line of `allowed` excuses. Names that are
// English words occur in other vocabularies too (an `add` of kernels): there an excuse gives the files of that
// vocabulary. Literals of types count as well. What is compared with or given to a field `kind` is skipped: ops are
// named in `op`, structures in `structure`, methods in `method`, and a kind is of another vocabulary. Not found: a name
// put together from parts, or one within a longer text.

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ts } from 'ts-morph';

/** Where records live: files whose business names are. */
const records = /^(ops\/|train\/(methods|optimizers|tasks)\/|ir\/structure\.ts$)/;

interface Excuse {
  readonly names: readonly string[] | 'all';
  readonly files: RegExp;
  readonly reason: string;
}

export const allowed: readonly Excuse[] = [
  { names: ['input', 'parameter'], files: /^ir\/(leaf|builder)\.ts$/, reason: 'leaves are the IR\'s own nodes: these two files are where others ask' },
  { names: ['proximal', 'subgradient', 'admm', 'magnitude', 'sgd', 'adam', 'classify', 'regress'], files: /^ir\/network\.ts$/, reason: 'the type of the name of a method, an optimizer or a task, by which its record is listed' },
  { names: 'all', files: /^check\/foreign-words\.ts$/, reason: 'words of other frameworks; it helps with those that the records have' },

  // Graphs are written in primitives: a node that is made has to be named.
  { names: ['add'], files: /^train\/autodiff\.ts$/, reason: 'makes the sum of two gradients' },
  { names: ['multiply'], files: /^train\/update\.ts$/, reason: 'makes the product with a mask' },
  { names: ['multiply', 'group_squares', 'clip_factor', 'scale_groups'], files: /^train\/clip-gradients\.ts$/, reason: 'makes the norm of gradients, and what is left of them' },
  { names: ['flatten'], files: /^check\/network\/build-layer\.ts$/, reason: 'makes what `flattens` asks for' },
  { names: ['normalize_input'], files: /^check\/network\/normalize\.ts$/, reason: 'makes what `normalize` of the language means' },

  // Other vocabularies.
  { names: ['normalize'], files: /^check\/program\/callable\.ts$/, reason: 'a word of the language, which is no op' },
  { names: ['add', 'relu', 'input', 'exp', 'log', 'sqrt', 'abs'], files: /^(ir\/(arithmetic|kernel|nest|interpret-kernel|interpret-nest|thread-kernel)\.ts$|lower\/|targets\/)/, reason: 'arithmetic and operands of kernels' },
  { names: ['divide'], files: /^data\/value-range\.ts$/, reason: 'English' },
  { names: ['constant'], files: /^(syntax|check)\//, reason: 'kinds of syntax, of symbols and of what parameters of blocks stand for' },
  { names: ['input', 'inputs', 'parameter', 'layers'], files: /^(syntax|check)\//, reason: 'kinds of syntax and of symbols; what is counted' },
  { names: 'all', files: /^onnx\/(format|model|signatures|reference)\//, reason: 'words of ONNX: what a file and its standard call things, before they are ops of ours' },
  { names: 'all', files: /^onnx\/import\//, reason: 'writes sources, which call operations by their names' },
  { names: 'all', files: /^onnx\/export\/rules\//, reason: 'how each operation is written in ONNX, by its name' },
  { names: ['add', 'relu', 'exp', 'log', 'sqrt', 'abs', 'minimum', 'maximum'], files: /^engine\/tfjs\/nest-runner\.ts$/, reason: 'arithmetic of nests, and functions of TensorFlow.js' },
  { names: 'all', files: /^engine\/tfjs\/rules\//, reason: 'which operations run by a kernel of TensorFlow.js, by their names' },
  { names: ['input', 'inputs'], files: /^(emit|driver|cli|runtime)\//, reason: 'what goes into a network; English' },
  { names: ['layers'], files: /^driver\/run\/budget-shares\.ts$/, reason: 'the field of an event' },
  { names: ['dense'], files: /^driver\/sweep\//, reason: 'the dense part of a program; English' },
  { names: ['pad'], files: /^check\/train\/augment\.ts$/, reason: 'a setting of augmentation' },
  { names: ['channels'], files: /^lower\/layouts\/plan-layouts\.ts$/, reason: 'English' },
  { names: ['vectors'], files: /^lower\/schedule\/schedule-text\.ts$/, reason: 'vectors of lanes' },
  { names: ['positive', 'scale'], files: /^ir\/surface-syntax\.ts$/, reason: 'a type of arguments' },
  { names: ['resize'], files: /^(check\/train|driver\/(evaluation|module|run))\//, reason: 'a setting of training: images are scaled as they are read' },
  { names: ['concat'], files: /^syntax\/doc\.ts$/, reason: 'a document of the formatter' },
  { names: ['dense'], files: /^(index|cli\/(build-tuning|text\/demo-table)|driver\/(build\/build|module\/shipped-module|tuning\/(pinned|tune|tuning-record)))\.ts$/, reason: 'a network that is not compacted, and the option that asks for it' },
];

export interface Found {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly name: string;
}

/** Literals of `names` under the folder `src`, outside of records. */
export function namesIn(src: string, names: ReadonlySet<string>): Found[] {
  const files = globSync('**/*.ts', { cwd: src }).map((file) => file.replaceAll('\\', '/')).toSorted();
  return files.filter((file) => !records.test(file)).flatMap((file) => literalsOf(file, readFileSync(path.join(src, file), 'utf8')).filter(({ name }) => names.has(name)));
}

export function isExcused({ file, name }: Found): boolean {
  return allowed.some((excuse) => (excuse.names === 'all' || excuse.names.includes(name)) && excuse.files.test(file));
}

function isKind(literal: ts.StringLiteralLike): boolean {
  const { parent } = literal;
  const isKindField = (node: ts.Node): boolean => (ts.isPropertyAccessExpression(node) ? node.name.text : node.getText()) === 'kind';
  if (ts.isBinaryExpression(parent)) return isKindField(parent.left);
  if (ts.isCaseClause(parent)) return isKindField(parent.parent.parent.expression);
  if (ts.isPropertyAssignment(parent)) return isKindField(parent.name);
  return ts.isLiteralTypeNode(parent) && ts.isPropertySignature(parent.parent) && isKindField(parent.parent.name);
}

function literalsOf(file: string, text: string): Found[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && !isKind(node)) found.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, name: node.text });
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}
