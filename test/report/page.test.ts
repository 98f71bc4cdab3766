import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/invariant.ts';
import { verdict } from '../../src/report/comparison.ts';
import { element, htmlOf, jsonForPage } from '../../src/report/markup.ts';
import { reportPage } from '../../src/report/page.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { reportData } from './fixture.ts';

const textOf = (html: string): string => html.replaceAll(/<style>[^]*?<\/style>|<script[^]*?<\/script>|<[^>]*>/g, ' ').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&').replaceAll(/\s+/g, ' ');
const pageText = async (changes: Parameters<typeof reportData>[0]): Promise<string> => textOf(await reportPage(reportData(changes)));
const dataIn = (html: string): unknown => JSON.parse(present(/<script type="application\/json" id="report">([^]*?)<\/script>/.exec(html)?.[1], 'data'));

describe('a page', () => {
  it('is the same bytes for the same data, and holds the data', async () => {
    const html = await reportPage(reportData());
    expect(await reportPage(reportData())).toBe(html);
    expect(dataIn(html)).toEqual(reportData());
  });

  it('takes no text for markup: names of classes, data and sources', async () => {
    const html = await reportPage(reportData());
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/<script>|>dog & "cat"/);
    expect(html.match(/<\/pre>/g)).toHaveLength(3);
    expect(textOf(html)).toContain('dog & "cat"');
  });

  it('asks nobody for anything: its policy allows its own style and pictures alone, and its markup needs no more', async () => {
    const html = await reportPage(reportData());
    const style = present(/<style>([^]*?)<\/style>/.exec(html)?.[1], 'style');
    expect(html).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${createHash('sha256').update(style).digest('base64')}&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;"`);
    expect(html).not.toMatch(/ style=| on\w+=|<link|src=|url\(|@import/);
    expect([...html.matchAll(/href="([^"]{0,12})/g)].map(([, start]) => start)).toEqual(Array.from({ length: 6 }, () => 'data:image/b'));
  });

  it('shows filters of zeros as such', async () => {
    const html = await reportPage(reportData());
    expect(html.match(/filter \d: zero/g)).toEqual(['filter 1: zero', 'filter 3: zero']);
    expect(textOf(html)).toContain('After finetune 2 of 4 filters, 2 zero');
  });

  it('says what is wrong with the result before anything else, and praises nothing then', async () => {
    const finding = { code: 'result/dead-layer', message: 'every filter of conv1 is zero', help: 'lower the strength of `filters of conv1`' };
    const text = await pageText({ findings: [finding], answers: false });
    expect(text).toContain('what it saves is no achievement. Look at this first. Every filter of conv1 is zero. Lower the strength of filters of conv1 .');
    expect(text).not.toMatch(/\d×(?!\d)/);
  });

  it('rounds what was done with the samples, and no number of its data', async () => {
    const { origin } = reportData();
    const html = await reportPage(reportData({ origin: { ...origin, samples: [['share held out', String(1 / 12)], ['list of class weights', '0.5, 1.4999999999999998'], ['augmentation', 'pad [4, 4], mirror true']] } }));
    expect(textOf(html)).toContain('share held out 0.08333 list of class weights 0.5, 1.5 augmentation pad [4, 4], mirror true');
    expect(html).toContain(`"${1 / 12}"`);
  });

  it('gives the seed where it is not the one of the source', async () => {
    expect(await pageText({})).toContain('ssl-compile train model.ssl --out run --seed 7 ssl-compile evaluate run');
    const { origin } = reportData();
    const { writtenSeed: _, ...same } = origin;
    expect(await pageText({ origin: { ...same, sparsity: 'fine', initial: { from: 'w.safetensors', sha256: 'dd44' } } })).toContain('--out run --sparsity fine --init initial.safetensors ');
    expect(await pageText({ origin: { ...same, initial: { from: 'w.safetensors', sha256: 'dd44' } } })).toContain('copy initial.safetensors from the folder of this run');
  });
});

describe('a budget of the whole network', () => {
  it('tells what was tried for it: losses by what each layer keeps, or factors of the strengths', async () => {
    const shared = { budget: '30% of macs', of: 'macs', whole: 2000, reached: 590, layers: [{ layer: 'conv1', structure: 'filters', kept: 3, total: 8, tried: [{ kept: 8, loss: 0.25 }, { kept: 4, loss: null }] }] } as const;
    expect(await pageText({ shared })).toContain('30% of macs: 590 of 2,000 (29.50%) are left with these shares.');
    expect(await pageText({ shared })).toContain('conv1 filters 3 of 8 8: 0.250, 4: not finite');
    const attempts = [{ factor: 1, reached: 95_000, isAlive: true, heldOut: 0.02 }, { factor: 2, reached: 40_000, isAlive: true, heldOut: 0.03 }, { factor: 9, reached: 400, isAlive: false, heldOut: 0.9 }];
    const search = { budget: '60 KB', of: 'bytes', whole: 200_000, limit: 60_000, attempts } as const;
    expect(await pageText({ search: { ...search, chosen: 1 } })).toContain('1 95.0 KB 47.50% 2.00% too much 2 40.0 KB 20.00% 3.00% chosen 9 400 B 0.20% 90.00% sees nothing of its input');
    expect(await pageText({ search })).not.toContain('chosen');
  });
});

describe('residuals', () => {
  it('stand in a table, a row for each time and a column for each layer', async () => {
    const residuals = [{ layer: 'conv1', primal: 1.5, dual: 0.25 }, { layer: 'fc1', primal: 0.0625, dual: 0 }];
    const usual = reportData();
    const page = await reportPage({ ...usual, phases: usual.phases.map((phase) => (phase.name === 'sparsify' ? { ...phase, course: phase.course.map((point) => ({ ...point, residuals })) } : phase)) });
    expect(page).toContain('<h2>Residuals</h2>');
    expect(page).toContain('<th scope="row">sparsify 2</th><td>1.50<small> 0.250</small></td>');
    expect(await reportPage(usual)).not.toContain('Residuals');
  });
});

describe('the first sentence', () => {
  const of = (changes: Parameters<typeof reportData>[0]): string => verdict(reportData(changes));
  const { result, phases, evaluation } = reportData();
  const { control: __, ...alone } = present(result, 'result');
  const equal = { dense: 800, compacted: 800 };
  const untouched = { result: { ...present(result, 'result'), macs: equal, convMacs: equal, weights: equal, bytes: { dense: 3200, compacted: 2900 } } };

  it.each<[string, Parameters<typeof reportData>[0], string]>([
    ['a control', {}, 'The compacted Small answers 7.00% of the test set wrongly, the dense network 4.00% after as much training; the compacted one takes 4.0× fewer multiply-accumulates, 3.9× fewer bytes and 4.0× less time (5.0 µs a sample).'],
    ['no control', { result: alone, timing: undefined }, 'The compacted Small answers 7.00% of the test set wrongly, the dense network 8.00% after baseline; the compacted one takes 4.0× fewer multiply-accumulates and 3.9× fewer bytes.'],
    ['nothing removed', untouched, 'Small answers 7.00% of the test set wrongly. Nothing was removed from it.'],
    ['hardly anything removed', { result: { ...alone, macs: { dense: 1000, compacted: 990 }, weights: { dense: 1000, compacted: 990 }, bytes: { dense: 4000, compacted: 3960 } }, timing: undefined }, 'The compacted Small answers 7.00% of the test set wrongly, the dense network 8.00% after baseline; 990 of 1,000 weights are left.'],
    ['one phase alone', { result: { ...alone, product: 'baseline' }, phases: phases.slice(0, 1), evaluation: undefined, timing: undefined }, 'The compacted Small answers 8.00% of the test set wrongly, and takes 4.0× fewer multiply-accumulates and 3.9× fewer bytes.'],
    ['a run on its way', { unfinished: { phase: 'sparsify', step: 1200, totalSteps: 5000 }, result: undefined }, 'The run has not come to its end: step 1,200 of 5,000, in sparsify.'],
    ['a run at its beginning', { unfinished: { phase: 'baseline', step: 12 }, result: undefined }, 'The run has not come to its end: step 12, in baseline.'],
  ])('of %s', (_, changes, sentence) => {
    expect(of(changes)).toBe(sentence);
  });

  it('and all of the page make no ratios of noise, nor of batch norm that was folded, where nothing was removed', async () => {
    const text = await pageText(untouched);
    expect(text).not.toMatch(/\d×(?!\d)/);
    expect(text).toContain('20.0 µs 5.0 µs');
  });

  it('does not call the error of the phase that of the module', () => {
    expect(of({ evaluation: { ...present(evaluation, 'evaluation'), error: 0.075 } })).toContain('answers 7.50%');
  });
});

describe('a page of what is unusual', () => {
  it('a run that has just begun', async () => {
    const text = await pageText({ unfinished: { phase: 'baseline', step: 3 }, phases: [{ name: 'baseline', compares: false, epochs: 2, behind: 0, course: [] }], result: undefined, filters: [], inputs: undefined, layers: [], evaluation: undefined, timing: undefined });
    expect(text).toContain('Unfinished.');
    expect(text).not.toMatch(/Training|Groups alive|Layers|Test set/);
    expect(text).toContain('Make it again');
  });

  it('a run on its way: its charts have room for the phases to come, and draw nothing beside themselves', async () => {
    const { phases } = reportData();
    const [baseline, ...others] = phases.map((phase) => ({ ...phase, epochs: 10, behind: 5 * phase.behind, course: [] as ReportData['phases'][number]['course'] }));
    const html = await reportPage(reportData({ phases: [{ ...present(baseline, 'baseline'), course: present(phases[0], 'baseline').course }, ...others], unfinished: { phase: 'baseline', step: 3 }, result: undefined, filters: [], inputs: undefined, layers: [], evaluation: undefined, timing: undefined }));
    const drawn = [...html.matchAll(/<svg[^>]*viewBox="0 0 (\d+) [^]*?<\/svg>/g)];
    const reach = drawn.map(([picture, width]) => Math.max(...[...picture.matchAll(/ x[12]="([\d.]+)"/g)].map(([, x]) => Number(x))) / Number(width));
    expect(reach.length).toBeGreaterThan(3);
    expect(Math.max(...reach)).toBeLessThanOrEqual(1);
    expect(textOf(html)).toContain('baseline 2 of 10 10 7.00% 8.00% sparsify 0 of 10 20 10.00% 12.00%');
    // Two of thirty epochs.
    expect(html).toContain('d="M0 3H10.7"');
  });

  it('a phase that has ended early, with the weights of an epoch before', async () => {
    const { phases: [baseline, ...others] } = reportData();
    const early = present(baseline, 'baseline');
    const point = present(early.course[1], 'second epoch');
    const course = [...early.course, { ...point, epoch: 3, loss: 7780 }];
    const pageOf = (phase: ReportData['phases'][number]): Promise<string> => reportPage(reportData({ phases: [phase, ...others] }));
    const html = await pageOf({ ...early, course, ending: { planned: 8, ran: 3, keptBest: true } });
    expect(html).toContain('2 (the best of 3, stopped before 8)');
    // What led away from its weights is in the table of epochs, and in no chart.
    const charts = (page: string): string => (page.match(/<svg.*?<\/svg>/gs) ?? []).join('\n');
    expect(html).toContain('7780.0000');
    expect(charts(html)).not.toContain('7780');
    expect(charts(await pageOf({ ...early, epochs: 3, course }))).toContain('7780');
  });

  it('losses that are not finite leave a gap', async () => {
    const data = reportData();
    const diverged: ReportData['phases'] = [{ name: 'baseline', compares: false, epochs: 4, behind: 0, course: [1, null, null, 2].map((loss, i) => ({ epoch: i + 1, loss, error: 0.5, alive: [4, 6] })) }];
    const html = await reportPage({ ...data, phases: diverged });
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    expect(html).toContain('loss: not finite'.replace('loss', 'sparsified'));
    // Two points, neither with a neighbour.
    expect(html.match(/class="dot ours"/g)).toHaveLength(2);
  });

  it('mean squared errors that are lost are said so in tables, and leave a gap in charts', async () => {
    const phase = (name: string, behind: number, error: number): ReportData['phases'][number] => ({ name, compares: false, epochs: 2, behind, testError: error, heldOutError: error, course: [1, 2].map((epoch) => ({ epoch, loss: 1, error: 0.5, heldOut: { loss: 1, error }, alive: [4, 6] })) });
    const html = await reportPage({ ...reportData({ evaluation: undefined }), task: 'regress', phases: [phase('baseline', 0, 0.25), phase('finetune', 2, Number.MAX_VALUE)] });
    expect(html.replace(/<script[^]*?<\/script>/, '')).not.toMatch(/NaN|Infinity|e\+308/);
    expect(textOf(html)).toContain('finetune 2 4 not finite not finite');
  });

  it('a thousand classes: no matrix, the most frequent mistakes, the worst classes first', async () => {
    const classes = Array.from({ length: 1000 }, (_, c) => ({ name: `class ${c}`, samples: 10, wrong: c === 777 ? 9 : 1 }));
    const confusion = classes.flatMap((_, c): [number, number, number][] => [[c, c, 9], [c, (c + 1) % 1000, c === 500 ? 8 : 1]]);
    const html = await reportPage(reportData({ evaluation: { samples: 10_000, wrong: 1008, error: 0.1008, unanswered: 0, classes, confusion } }));
    expect(html).not.toContain('class="confusion"');
    expect(html.length).toBeLessThan(500_000);
    const text = textOf(html);
    expect(text).toMatch(/Errors by class class wrong class 777 90\.00%/);
    expect(text).toContain('970 more classes');
    expect(text).toMatch(/The most frequent mistakes class taken for samples class 500 class 501 8/);
  });

  it('two hundred layers and a hundred epochs', async () => {
    const { layers, groups } = reportData();
    const many = Array.from({ length: 200 }, (_, i) => i);
    const course = Array.from({ length: 100 }, (_, i) => ({ epoch: i + 1, loss: 1 / (i + 1), error: 0.1, alive: many.map(() => 4) }));
    const html = await reportPage(reportData({
      phases: [{ name: 'sparsify', compares: false, epochs: 100, behind: 0, course }],
      layers: many.map((i) => ({ ...present(layers[0], 'layer'), name: `stage${i}.conv` })),
      groups: many.map((i) => ({ ...present(groups[0], 'groups'), layer: `stage${i}.conv` })),
    }));
    expect(textOf(html)).toContain('160 more layers');
    expect(textOf(html)).toContain('176 more penalties');
    expect(html.length).toBeLessThan(1_500_000);
  });

  it('penalties of whole layers share a chart', async () => {
    const groups = ['a', 'b', 'c'].map((layer) => ({ layer, structure: 'layers', total: 1, strength: 0.1 }));
    const course = [[1, 1, 1, 4], [1, 0, 0, 3]].map((alive, i) => ({ epoch: i + 1, loss: 1, error: 0.1, alive }));
    const html = await reportPage(reportData({ groups: [...groups, { layer: 'd', structure: 'filters', total: 4 }], phases: [{ name: 'sparsify', compares: false, epochs: 2, behind: 0, course }] }));
    expect([...html.matchAll(/aria-label="([^"]* left)/g)].map(([, name]) => name)).toEqual(['filters of d: 3 of 4 left', 'layers of 3 layers: 1 of 3 left']);
    expect(html).toContain('epoch 2: 1 of 3');
    expect(textOf(html)).toContain('3 layers layers 1 of 3 strength 0.1');
  });

  it('classes without a sample, and a module that makes no mistake', async () => {
    const { evaluation } = reportData();
    const perfect = { ...present(evaluation, 'evaluation'), wrong: 0, error: 0, classes: [{ name: 'a', samples: 0, wrong: 0 }, { name: 'b', samples: 5, wrong: 0 }], confusion: [[1, 1, 5]] as const };
    const html = await reportPage(reportData({ evaluation: perfect }));
    expect(textOf(html)).toContain('no sample');
    expect(textOf(html)).toContain('No class is taken for another.');
    expect(html).not.toContain('NaN');
  });
});

it('markup escapes attributes and text, and JSON cannot end its element', () => {
  expect(htmlOf(element('td', { title: `"a" <b> 'c' &`, hidden: true, class: undefined }, '<i>', 1, [undefined, 'x']))).toBe('<td title="&quot;a&quot; &lt;b&gt; &#39;c&#39; &amp;" hidden>&lt;i&gt;1x</td>');
  const text = '</script><!--<script>\u2028';
  expect(jsonForPage([text])).not.toMatch(/[<\u2028]/);
  expect(JSON.parse(jsonForPage([text]))).toEqual([text]);
});
