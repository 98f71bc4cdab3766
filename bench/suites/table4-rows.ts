// Table 4 of Wen et al. 2016, AlexNet: how sparse its convolutions are, by which method, and what the paper measured on a
// CPU.

export interface Table4Layer {
  /** Share of single weights that are zero. */
  readonly elements?: number;
  /** Shares of rows (filters) and columns (shape fibers) that are zero. */
  readonly rows?: number;
  readonly columns?: number;
  /** Speed-up over dense; row 3 has none. */
  readonly published?: number;
}

export interface Table4Row {
  readonly number: number;
  readonly method: string;
  readonly layers: Readonly<Record<string, Table4Layer>>;
}

const names = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'];

function layersOf(shares: Readonly<Partial<Record<keyof Table4Layer, readonly number[]>>>): Table4Row['layers'] {
  return Object.fromEntries(names.map((name, at) => [name, Object.fromEntries(Object.entries(shares).map(([what, of]) => [what, of[at]])) as Table4Layer]));
}

export const table4: readonly Table4Row[] = [
  { number: 1, method: 'l1', layers: layersOf({ elements: [0.676, 0.924, 0.972, 0.966, 0.943], published: [0.8, 2.91, 4.84, 3.83, 2.76] }) },
  { number: 2, method: 'SSL', layers: layersOf({ columns: [0, 0.632, 0.769, 0.847, 0.807], rows: [0.094, 0.129, 0.406, 0.469, 0], published: [1.05, 3.37, 6.27, 9.73, 4.93] }) },
  { number: 3, method: 'pruning', layers: layersOf({ elements: [0.16, 0.62, 0.65, 0.63, 0.63] }) },
  { number: 4, method: 'l1', layers: layersOf({ elements: [0.147, 0.762, 0.853, 0.815, 0.763], published: [0.34, 0.99, 1.3, 1.1, 0.93] }) },
  { number: 5, method: 'SSL', layers: layersOf({ columns: [0, 0.209, 0.397, 0.397, 0.246], published: [1, 1.27, 1.64, 1.68, 1.32] }) },
];
