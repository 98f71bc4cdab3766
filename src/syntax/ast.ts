// The syntax tree of an .ssl file: what was written, before any name is resolved or shape known.
//
// The tree is open where the language will grow: operations, settings, structures and data sets are plain
// names here, and the checker knows which exist. Every node carries the span of its source text, so numbers
// keep their spelling and diagnostics their place. Parentheses leave no node: they only shape the tree.

import type { Source, Span } from '../base/span.ts';

/** An identifier where it occurs. User-chosen: look it up in a `Map`, never in a plain object. */
export interface Name {
  readonly kind: 'name';
  readonly text: string;
  readonly span: Span;
}

// Expressions

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | Name
  | ListExpression
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | IfExpression
  | RepeatExpression;

/** `5e-3`; always finite and not negative. */
export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  readonly span: Span;
}

/** `"path/to/data"`; `value` has its escapes resolved. */
export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: 'boolean';
  readonly value: boolean;
  readonly span: Span;
}

/** `[1, 2]` */
export interface ListExpression {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** `dense(x, units = 500)` */
export interface CallExpression {
  readonly kind: 'call';
  readonly callee: Name;
  /** In source order; positional arguments come first. */
  readonly arguments: readonly Argument[];
  readonly span: Span;
}

export interface Argument {
  readonly kind: 'argument';
  /** Absent for a positional argument. */
  readonly name?: Name;
  readonly value: Expression;
  readonly span: Span;
}

export type UnaryOperator = '-' | 'not';

export interface UnaryExpression {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
  readonly span: Span;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '**';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type LogicalOperator = 'and' | 'or';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | LogicalOperator;

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `if stride == 1 { x } else { conv(x, ...) }`; of `else if` the alternative is a body of that `if` alone. */
export interface IfExpression {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Body;
  readonly otherwise: Body;
  readonly span: Span;
}

/** `repeat 3 as i with x = stem { ... }`: the body's value is what `x` is in the next turn, and after the last the result. */
export interface RepeatExpression {
  readonly kind: 'repeat';
  readonly count: Expression;
  /** Counts the turns from 0. */
  readonly index?: Name;
  readonly carried: CarriedValue;
  readonly body: Body;
  readonly span: Span;
}

/** `x = stem` after `with` */
export interface CarriedValue {
  readonly kind: 'carried';
  readonly name: Name;
  readonly initial: Expression;
  readonly span: Span;
}

/** `{ y = relu(x) add(x, y) }`: names of its own, then its value. */
export interface Body {
  readonly kind: 'body';
  readonly assignments: readonly Assignment[];
  readonly value: Expression;
  readonly span: Span;
}

// Declarations

export interface SourceFile {
  readonly kind: 'file';
  readonly source: Source;
  /** They stand before the declarations. */
  readonly imports: readonly ImportDeclaration[];
  readonly declarations: readonly Declaration[];
  readonly span: Span;
}

export type Declaration = ConstDeclaration | BlockDeclaration | NetworkDeclaration | SparsityDeclaration | TrainDeclaration;

/** `import residual, width from "blocks/residual.ssl"` */
export interface ImportDeclaration {
  readonly kind: 'import';
  readonly names: readonly Name[];
  readonly path: StringLiteral;
  readonly span: Span;
}

/** `const width = 20` */
export interface ConstDeclaration {
  readonly kind: 'const';
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

/** `block residual(x, filters, stride = 1) { ... return y }` */
export interface BlockDeclaration {
  readonly kind: 'block';
  readonly name: Name;
  readonly parameters: readonly BlockParameter[];
  /** The last is the one `return`. */
  readonly statements: readonly (Assignment | ReturnStatement)[];
  readonly span: Span;
}

/** `x`, a layer or a constant; `stride = 1`, which may be left out. */
export interface BlockParameter {
  readonly kind: 'parameter';
  readonly name: Name;
  readonly default?: Expression;
  readonly span: Span;
}

/** `network LeNet(image: tensor[1, 28, 28]) { ... }` */
export interface NetworkDeclaration {
  readonly kind: 'network';
  readonly name: Name;
  readonly inputs: readonly InputParameter[];
  readonly statements: readonly Statement[];
  readonly span: Span;
}

/** `image: tensor[1, 28, 28]` */
export interface InputParameter {
  readonly kind: 'input';
  readonly name: Name;
  readonly type: TensorType;
  readonly span: Span;
}

/** `tensor[1, 28, 28]`; extents are constant expressions. */
export interface TensorType {
  readonly kind: 'tensor-type';
  readonly extents: readonly Expression[];
  readonly span: Span;
}

export type Statement = Assignment | LabelsStatement | ReturnStatement;

/** `conv1 = conv(image, filters = 20, window = 5)` */
export interface Assignment {
  readonly kind: 'assignment';
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

/** `labels ["zero", "one"]`: the classes, in the order of the network's outputs. */
export interface LabelsStatement {
  readonly kind: 'labels';
  readonly labels: ListExpression;
  readonly span: Span;
}

/** `return y`; of a network with several outputs `return scores, boxes`. */
export interface ReturnStatement {
  readonly kind: 'return';
  readonly value: Expression;
  /** What stands behind the first. */
  readonly others: readonly Expression[];
  readonly span: Span;
}

export function returnedValues({ value, others }: ReturnStatement): readonly Expression[] {
  return [value, ...others];
}

/** The expressions that a statement of a network has. */
export function statementValues(statement: Statement): readonly Expression[] {
  if (statement.kind === 'labels') return statement.labels.items;
  return statement.kind === 'return' ? returnedValues(statement) : [statement.value];
}

/** `sparsity { ... }`, `sparsity fine { ... }` */
export interface SparsityDeclaration {
  readonly kind: 'sparsity';
  readonly name?: Name;
  readonly statements: readonly (LassoStatement | BudgetStatement | TotalStatement | Setting)[];
  readonly span: Span;
}

/** `lasso filters, channels of conv1, stage2.* strength 5e-3 weighting sqrt_size` */
export interface LassoStatement {
  readonly kind: 'lasso';
  readonly structures: readonly StructureReference[];
  readonly layers: readonly LayerPattern[];
  readonly strength: Expression;
  /** What follows the strength: pairs of key and value, written without `=`. */
  readonly clauses: readonly Setting[];
  readonly span: Span;
}

/** `admm filters of conv2 keep 25%`, `magnitude channels of conv* keep 12`, `admm filters of conv*` */
export interface BudgetStatement {
  readonly kind: 'budget';
  readonly method: Name;
  readonly structures: readonly StructureReference[];
  readonly layers: readonly LayerPattern[];
  /** Absent: a share of the total of the block. */
  readonly amount?: Amount;
  readonly span: Span;
}

/** `keep 30% of macs`, `keep 120 KB` */
export interface TotalStatement {
  readonly kind: 'total';
  readonly amount: Amount;
  /** What is counted, or the unit that counts it. */
  readonly of: Name;
  readonly isUnit: boolean;
  readonly span: Span;
}

export interface Amount {
  readonly value: Expression;
  readonly isPercent: boolean;
}

/** What a line of a `sparsity` block computes beside its structures and layers. */
export function penaltyValues(statement: LassoStatement | BudgetStatement): readonly Expression[] {
  if (statement.kind === 'lasso') return [statement.strength, ...statement.clauses.map(({ value }) => value)];
  return statement.amount ? [statement.amount.value] : [];
}

/** `filters`, `blocks(rows = 4, columns = 4)` */
export interface StructureReference {
  readonly kind: 'structure';
  readonly name: Name;
  readonly arguments: readonly Argument[];
  readonly span: Span;
}

/**
 * `conv1`, `conv*`, `stage2.*.conv1 times 0.5`: a layer name in which `*` stands for any characters but a dot and
 * `**` for any characters.
 */
export interface LayerPattern {
  readonly kind: 'layer-pattern';
  readonly pattern: string;
  /** What the strength is multiplied by for these layers. */
  readonly multiplier?: Expression;
  /** Of the pattern alone. */
  readonly span: Span;
}

/** `train on mnist { ... }` */
export interface TrainDeclaration {
  readonly kind: 'train';
  /** A known data set's name, or the path of the user's own. */
  readonly dataset: Name | StringLiteral;
  readonly entries: readonly (Section | Setting)[];
  readonly span: Span;
}

/** Settings of one thing, a phase or what else a training has: `baseline { epochs = 12, batch = 64 }` */
export interface Section {
  readonly kind: 'section';
  readonly name: Name;
  readonly settings: readonly Setting[];
  readonly span: Span;
}

/** `seed = 1` */
export interface Setting {
  readonly kind: 'setting';
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}
