// AlexNet's convolutions as others have left them: how sparse, by which method, and what the papers measured on a CPU. Table 4
// of Wen et al. 2016, and StructADMM (Zhang et al. 2018).

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
  /** In names of cases. */
  readonly name: string;
  readonly title: string;
  /** Of all five layers; Table 4 has none. */
  readonly published?: number;
  readonly layers: Readonly<Record<string, Table4Layer>>;
}

const names = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'];

function layersOf(shares: Readonly<Partial<Record<keyof Table4Layer, readonly number[]>>>): Table4Row['layers'] {
  return Object.fromEntries(names.map((name, at) => [name, Object.fromEntries(Object.entries(shares).map(([what, of]) => [what, of[at]])) as Table4Layer]));
}

export const table4: readonly Table4Row[] = [
  { name: 'row1', title: 'Table 4, row 1 (l1)', layers: layersOf({ elements: [0.676, 0.924, 0.972, 0.966, 0.943], published: [0.8, 2.91, 4.84, 3.83, 2.76] }) },
  { name: 'row2', title: 'Table 4, row 2 (SSL)', layers: layersOf({ columns: [0, 0.632, 0.769, 0.847, 0.807], rows: [0.094, 0.129, 0.406, 0.469, 0], published: [1.05, 3.37, 6.27, 9.73, 4.93] }) },
  { name: 'row3', title: 'Table 4, row 3 (pruning)', layers: layersOf({ elements: [0.16, 0.62, 0.65, 0.63, 0.63] }) },
  { name: 'row4', title: 'Table 4, row 4 (l1)', layers: layersOf({ elements: [0.147, 0.762, 0.853, 0.815, 0.763], published: [0.34, 0.99, 1.3, 1.1, 0.93] }) },
  { name: 'row5', title: 'Table 4, row 5 (SSL)', layers: layersOf({ columns: [0, 0.209, 0.397, 0.397, 0.246], published: [1, 1.27, 1.64, 1.68, 1.32] }) },
  // The paper gives the convolutions' weights together, 15.0 times fewer; which layer has lost how many we have not read. Here all have
  // lost as many, as columns.
  { name: 'structadmm', title: 'StructADMM, 15.0 times fewer weights in every layer', layers: layersOf({ columns: names.map(() => 1 - 1 / 15) }), published: 11.93 },
];
