// A network of blocks, `repeat` and `if` is the network that one would write out by hand, but for the names of layers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from '../../src/check/check.ts';
import type { Model } from '../../src/ir/network.ts';
import { printGraph } from '../../src/ir/print.ts';
import { ops } from '../../src/ops/index.ts';
import { parse } from '../../src/syntax/parse.ts';

/** What a value goes through, one after another. */
type Step =
  | { readonly kind: 'dense'; readonly units: number }
  | { readonly kind: 'relu' }
  /** Both branches begin with the value and end in a sum. */
  | { readonly kind: 'shortcut'; readonly steps: readonly Step[] }
  | { readonly kind: 'repeat'; readonly turns: number; readonly steps: readonly Step[] }
  | { readonly kind: 'if'; readonly taken: boolean; readonly steps: readonly Step[]; readonly others: readonly Step[] };

const WIDTH = 4;
const { steps } = fc.letrec<{ steps: readonly Step[]; step: Step }>((tie) => ({
  steps: fc.array(tie('step'), { minLength: 1, maxLength: 3, depthIdentifier: 'steps' }),
  step: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'steps' },
    fc.record({ kind: fc.constant('dense' as const), units: fc.constant(WIDTH) }),
    fc.record({ kind: fc.constant('relu' as const) }),
    fc.record({ kind: fc.constant('shortcut' as const), steps: tie('steps') }),
    fc.record({ kind: fc.constant('repeat' as const), turns: fc.integer({ min: 1, max: 3 }), steps: tie('steps') }),
    fc.record({ kind: fc.constant('if' as const), taken: fc.boolean(), steps: tie('steps'), others: tie('steps') }),
  ),
}));

/** With blocks: each list of steps is one, whose parameters say how wide it is and which branch is taken. */
function withBlocks(all: readonly Step[]): string {
  const blocks: string[] = [];
  const blockOf = (list: readonly Step[]): string => {
    let value = 'x';
    for (const step of list) value = valueOf(step, value);
    const name = `block${blocks.length}`;
    blocks.push(`block ${name}(x, units, yes = 1 < 2) {\n  return ${value}\n}\n`);
    return name;
  };
  const valueOf = (step: Step, of: string): string => {
    switch (step.kind) {
      case 'dense':
        return `dense(${of}, units = units)`;
      case 'relu':
        return `relu(${of})`;
      case 'shortcut': {
        const inner = blockOf(step.steps);
        return `repeat 1 with x = ${of} { add(x, ${inner}(x, units)) }`;
      }
      case 'repeat':
        return `repeat ${step.turns} as i with x = ${of} { ${blockOf(step.steps)}(x, if i == 0 { units } else { ${WIDTH} }, yes = yes) }`;
      case 'if':
        return `repeat 1 with x = ${of} { if ${step.taken ? 'yes' : 'not yes'} { ${blockOf(step.steps)}(x, units) } else { ${blockOf(step.others)}(x, units = units) } }`;
    }
  };
  const whole = blockOf(all);
  return `${blocks.join('')}network N(image: tensor[${WIDTH}]) { return dense(${whole}(image, units = ${WIDTH}), units = 2) }`;
}

function byHand(all: readonly Step[]): string {
  const lines: string[] = [];
  const add = (value: string): string => `a${lines.push(`  a${lines.length} = ${value}\n`) - 1}`;
  const write = (list: readonly Step[], of: string): string => {
    let value = of;
    for (const step of list) {
      if (step.kind === 'dense') value = add(`dense(${value}, units = ${WIDTH})`);
      if (step.kind === 'relu') value = add(`relu(${value})`);
      if (step.kind === 'shortcut') value = add(`add(${value}, ${write(step.steps, value)})`);
      if (step.kind === 'repeat') for (let turn = 0; turn < step.turns; turn++) value = write(step.steps, value);
      if (step.kind === 'if') value = write(step.taken ? step.steps : step.others, value);
    }
    return value;
  };
  const value = write(all, 'image');
  return `network N(image: tensor[${WIDTH}]) {\n${lines.join('')}  return dense(${value}, units = 2)\n}`;
}

function modelOf(text: string): Model | undefined {
  const { file, diagnostics } = parse({ name: 'net.ssl', text });
  const checked = check(file, ops);
  expect([...diagnostics, ...checked.diagnostics].filter(({ severity }) => severity === 'error')).toEqual([]);
  return checked.model;
}

/** Names of layers are quoted, and so are those of parameters, which begin with them. */
const withoutNames = (model: Model | undefined): string => (model ? printGraph(model.network.graph).replace(/ "[^"]*" :/g, ' :').replace(/"[^"]*"/g, '_') : '');

test('blocks, repeat and if are what they stand for', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const [written, model] = [modelOf(byHand(all)), modelOf(withBlocks(all))];
      expect(withoutNames(model)).toBe(withoutNames(written));
      const names = model?.network.parameters.map(({ name }) => name) ?? [];
      expect(new Set(names).size).toBe(names.length);
    }),
    { numRuns: 150 },
  );
});
