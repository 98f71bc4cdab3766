// ssl-compile export --to torch: the files of a program, and what is refused. What programs do is in test/torch.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ops } from '../../src/ops/index.ts';
import { torchRules } from '../../src/torch/rules/index.ts';
import { listing, runCli, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const at = (...parts: readonly string[]): string => join(folder, ...parts);

const source = `network Small(image: tensor[1, 12, 12]) {
  conv1 = conv(image, filters = 4, window = 3, stride = 2, padding = [1, 0, 1, 0])
  norm1 = relu(batch_norm(conv1))
  pool1 = avg_pool(norm1, window = 3, stride = 2, ceil = true)
  sum   = add(pool1, dense(global_avg_pool(pool1), units = 4))
  class = dropout(dense(sum, units = 8), rate = 0.25)
  return softmax(dense(class, units = 3))
}
sparsity {
  admm filters of conv1 keep 2
}
train on "set" {
  baseline { epochs = 1, rate = 0.1 }
  sparsify { epochs = 1 }
}
`;
writeFileSync(at('small.ssl'), source);
const written = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const toTorch = (subject: string, out: string, ...more: readonly string[]) => runCli(['export', subject, '--to', 'torch', '--out', at(out), ...more]);

describe('a program for PyTorch', () => {
  it('is the network as code, and all else as data', async () => {
    const told = await toTorch(at('small.ssl'), 'program');
    expect(told).toEqual({ code: 0, err: '', out: `${at('program')}: a program for PyTorch\ntrain with it: python ${at('program', 'train.py')} --out run\nthen: ssl-compile report run; ssl-compile build run --out module\n` });
    expect(readFileSync(at('program', 'network.py'), 'utf8')).toMatchInlineSnapshot(`
      """"The network Small, as its source declares it. Images are [samples, channels, rows, columns]."""

      import torch
      import torch.nn.functional as F
      from torch import nn

      from training import layers


      class Network(nn.Module):
          def __init__(self):
              super().__init__()
              self.draws = layers.Draws()
              self.conv1_weight = nn.Parameter(torch.zeros((4, 1, 3, 3)))
              self.conv1_bias = nn.Parameter(torch.zeros((4,)))
              self.norm1_gamma = nn.Parameter(torch.zeros((4,)))
              self.norm1_beta = nn.Parameter(torch.zeros((4,)))
              self.register_buffer('norm1_mean', torch.zeros((4,)))
              self.register_buffer('norm1_variance', torch.zeros((4,)))
              self.sum_weight = nn.Parameter(torch.zeros((4, 4)))
              self.sum_bias = nn.Parameter(torch.zeros((4,)))
              self.class_weight = nn.Parameter(torch.zeros((8, 36)))
              self.class_bias = nn.Parameter(torch.zeros((8,)))
              self.output_weight = nn.Parameter(torch.zeros((3, 8)))
              self.output_bias = nn.Parameter(torch.zeros((3,)))

          def forward(self, image):
              conv1 = F.conv2d(F.pad(image, (1, 0, 1, 0)), self.conv1_weight, self.conv1_bias, stride=2)
              norm1 = layers.batch_norm(conv1, self.norm1_gamma, self.norm1_beta, self.norm1_mean, self.norm1_variance, 0.00001, 0.1, self.training, self.draws)
              norm1_relu = F.relu(norm1)
              pool1 = F.avg_pool2d(norm1_relu, 3, 2, ceil_mode=True)
              sum_global_avg_pool = pool1.mean(dim=(2, 3), keepdim=True)
              sum_flatten = torch.flatten(sum_global_avg_pool, 1)
              sum = F.linear(sum_flatten, self.sum_weight, self.sum_bias)
              sum_add = pool1 + sum[:, :, None, None]
              class_flatten = torch.flatten(sum_add, 1)
              class_2 = F.linear(class_flatten, self.class_weight, self.class_bias)
              class_dropout = layers.dropout(class_2, 0.25, 1361039711, self.draws) if self.training else class_2
              output = F.linear(class_dropout, self.output_weight, self.output_bias)
              return output
      "
    `);
    const plan = JSON.parse(readFileSync(at('program', 'plan.json'), 'utf8')) as unknown;
    expect(plan).toMatchObject({
      network: { input: [1, 12, 12], output: [3] },
      task: 'classify',
      data: { kind: 'folder', path: 'set' },
      method: 'admm',
      product: 1,
      phases: [{ name: 'baseline', key: 'baseline', penalizes: false }, { name: 'sparsify', origin: 0, penalizes: true, masks: true }],
      sets: [{ layer: 'conv1', structure: 'filters', count: 4, keep: 2 }],
      identity: { engine: 'torch', seed: '1' },
      sources: ['model.ssl'],
    });
    expect(readFileSync(at('program', 'sources', 'model.ssl'), 'utf8')).toBe(source);
    expect(listing(at('program'))).toEqual(expect.arrayContaining(['train.py', join('training', 'run.py')]));
  });

  it('is the same bytes every time, and takes the place of an earlier one', async () => {
    const before = readFileSync(at('program', 'plan.json'));
    expect(await toTorch(at('small.ssl'), 'program', '--json')).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(at('program', 'plan.json')).equals(before)).toBe(true);
  });

  it('writes every operation of the language', () => {
    const missing = [...ops.values()].filter(({ name, syntax }) => syntax && !torchRules.has(name)).map(({ name }) => name);
    expect(missing).toEqual([]);
  });
});

describe('what cannot be a program is refused, and nothing is written', () => {
  const train = 'train on "set" {\n  baseline { epochs = 1 }\n}\n';
  it.each<readonly [string, () => string, readonly string[], number, RegExp]>([
    ['no train block', () => written('plain.ssl', source.slice(0, source.indexOf('train on'))), [], 1, /^error\[run\/no-train\]/m],
    ['a data set that nobody knows', () => written('unknown.ssl', source.replace('"set"', 'minst')), [], 1, /^error\[data\/unknown-name\](.|\n)*mnist/m],
    ['a budget that layers share', () => written('total.ssl', source.replace('keep 2', '\n  keep 50% of macs')), [], 1, /^error\[torch\/total\]: `keep 50% of macs` of the whole network/m],
    ['a faulty source', () => written('faulty.ssl', `network X(image: tensor[1, 4, 4]) {\n  return dense(imag, units = 2)\n}\n${train}`), [], 1, /^error\[name\//m],
    ['no file', () => at('nowhere.ssl'), [], 1, /^error\[file\/unreadable\]/m],
    ['weights of another network', () => at('small.ssl'), ['--weights', at('none.safetensors')], 1, /^error\[file\/unreadable\]/m],
    ['a folder in place of a source', () => folder, [], 2, /--to torch takes an \.ssl file/],
    ['a word that goes with ONNX', () => at('small.ssl'), ['--dense'], 2, /--dense goes with --to onnx/],
    ['another format', () => at('small.ssl'), ['--to', 'jax'], 2, /jax/],
  ])('%s', async (_, subject, more, code, said) => {
    const told = await toTorch(subject(), 'refused', ...more);
    expect(told.code).toBe(code);
    expect(told.err).toMatch(said);
    expect(existsSync(at('refused'))).toBe(false);
  });

  it('a file in place of a folder, and a plan.json of somebody else', async () => {
    expect((await toTorch(at('small.ssl'), 'small.ssl')).err).toMatch(/^error\[file\/not-writable\]: cannot write .*small\.ssl: it is a file/);
    mkdirSync(at('plans'));
    writeFileSync(at('plans', 'plan.json'), '{}');
    expect((await toTorch(at('small.ssl'), 'plans')).err).toMatch(/it is not empty, and holds no program for PyTorch/);
  });

  it('a folder that holds other things', async () => {
    mkdirSync(at('mine'));
    writeFileSync(at('mine', 'train.py'), 'print("mine")\n');
    const told = await toTorch(at('small.ssl'), 'mine');
    expect(told).toMatchObject({ code: 1 });
    expect(told.err).toMatch(/^error\[file\/not-writable\]: cannot write .*mine: it is not empty, and holds no program for PyTorch/);
    expect(readFileSync(at('mine', 'train.py'), 'utf8')).toBe('print("mine")\n');
  });
});
