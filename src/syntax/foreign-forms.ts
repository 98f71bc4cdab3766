// Words with which other languages begin loops, functions and branches, and what is written here. Operations and
// settings have their own list, in the checker.

const repeated = 'a layer that is applied again and again is a `repeat`: `y = repeat 3 with x = stem { relu(x) }`';
const reused = 'what is used more than once is a `block`: `block residual(x, filters) { ... return y }`';
const chained = 'write `else if`';
const chosen = 'a choice is an `if`: `y = if stride == 1 { x } else { conv(x, ...) }`';
const plain = 'a name is given its value by `=` alone: `conv1 = conv(...)`';

const meanings: ReadonlyMap<string, string> = new Map([
  ...['for', 'foreach', 'while', 'loop', 'do'].map((word) => [word, repeated] as const),
  ...['def', 'function', 'func', 'fn', 'fun', 'class', 'module', 'layer', 'subgraph', 'macro'].map((word) => [word, reused] as const),
  ...['elif', 'elsif', 'elseif', 'elsewhere'].map((word) => [word, chained] as const),
  ...['switch', 'match', 'case', 'when', 'unless'].map((word) => [word, chosen] as const),
  ...['let', 'var', 'val'].map((word) => [word, plain] as const),
  ...['include', 'require', 'use', 'using'].map((word) => [word, 'write `import residual from "blocks.ssl"`, above all else'] as const),
]);

export function foreignForm(word: string): string | undefined {
  return meanings.get(word);
}
