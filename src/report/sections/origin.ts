// Where the result comes from: commands that make it again, the source, and what names every part exactly.

import { duration } from '../../base/number-text.ts';
import { element } from '../markup.ts';
import type { Child, Markup } from '../markup.ts';
import type { Origin, ReportData } from '../report-data.ts';
import { section } from './parts.ts';

export function origin(data: ReportData): Markup {
  const { origin: from, result, dataset } = data;
  const [main] = from.sources;
  return section(
    'Make it again',
    element('p', {}, `Save the source below as ${main?.path ?? 'model.ssl'}${from.sources.length > 1 ? ', what it imports beside it,' : ''}${from.initial ? ', copy initial.safetensors from the folder of this run' : ''} and run these commands. Under the same version, data and seed the weights are the same bits, whatever the number of threads.`),
    element('pre', { tabindex: 0, role: 'region', 'aria-label': 'commands' }, element('code', {}, commandsOf(from).join('\n'))),
    element('dl', {}, factsOf(from, dataset, result?.seconds).map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))),
    from.sources.map(({ path, text }, i) => element('details', { open: i === 0 || undefined }, element('summary', {}, path), element('pre', { tabindex: 0, role: 'region', 'aria-label': path }, element('code', {}, text)))),
  );
}

function commandsOf({ sources, seed, writtenSeed, sparsity, initial }: Origin): readonly string[] {
  const train = [
    `ssl-compile train ${sources[0]?.path ?? 'model.ssl'} --out run`,
    ...(writtenSeed !== undefined && seed !== undefined ? [`--seed ${seed}`] : []),
    ...(sparsity === undefined ? [] : [`--sparsity ${sparsity}`]),
    ...(initial ? ['--init initial.safetensors'] : []),
  ];
  return [train.join(' '), 'ssl-compile evaluate run', 'ssl-compile build run --out out', 'ssl-compile verify out --weights run'];
}

function factsOf({ compiler, seed, samples, sourceHash, weightsHash, dataHash, initial }: Origin, dataset: string, seconds: number | undefined): readonly (readonly [string, Child])[] {
  const hash = (value: string): Markup => element('code', { class: 'hash' }, value);
  return [
    ['compiler', `ssl-compile ${compiler}`],
    ...(seed === undefined ? [] : [['seed', seed] as const]),
    ...(seconds === undefined ? [] : [['training took', duration(seconds)] as const]),
    ...samples.map(([name, value]) => [name, withShortNumbers(value)] as const),
    ['sha256 of the source', hash(sourceHash)],
    ...(dataHash === undefined ? [] : [[`sha256 of the data, ${dataset}`, hash(dataHash)] as const]),
    ...(initial ? [['began with', [initial.from, ', tensors ', hash(initial.sha256)]] as const] : []),
    ...(weightsHash === undefined ? [] : [['sha256 of weights.safetensors', hash(weightsHash)] as const]),
  ];
}

/** The page's data has them whole. */
function withShortNumbers(text: string): string {
  return text.replaceAll(/\d+\.\d{5,}/g, (digits) => String(Number(Number(digits).toPrecision(4))));
}
