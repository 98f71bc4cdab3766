// The names of the classes: those of the source against those of the data. An output of the network is called what
// the source calls it, so samples have to be numbered in the source's order.

import { fail } from '../base/diagnostic.ts';
import type { Span } from '../base/span.ts';
import type { Dataset, Split } from './dataset.ts';
import { dataDiagnostics } from './diagnostics.ts';

/**
 * The data set with its classes in the order of `names`, where both name them. Names are compared in Unicode's form
 * NFC. Fails with `data/class-names` where the names are others, unless the order of the data's classes is known to
 * everybody: then the source's names are names by position.
 * @param names Of the source.
 */
export function nameClasses(dataset: Dataset, names: readonly string[] | undefined, span?: Span): Dataset {
  const { labels, name, training, test, namesByPosition = false } = dataset;
  if (!names || !labels) return dataset;
  const [wanted, found] = [names.map(comparable), labels.map(comparable)];
  const [missing, unknown] = [wanted.filter((each) => !found.includes(each)), found.filter((each) => !wanted.includes(each))];
  if (missing.length === 0 && unknown.length === 0) {
    const places = found.map((each) => wanted.indexOf(each));
    if (places.every((place, i) => place === i)) return { ...dataset, labels: names };
    return { ...dataset, labels: names, training: renumbered(training, places), test: renumbered(test, places) };
  }
  if (namesByPosition) return { ...dataset, labels: names };
  const differences = [
    ...(missing.length > 0 ? [`the data lacks ${quoted(missing)}`] : []),
    ...(unknown.length > 0 ? [`the source lacks ${quoted(unknown)}`] : []),
  ];
  return fail(
    dataDiagnostics['class-names']({
      args: [name, quoted(labels), quoted(names)],
      span,
      help: `${differences.join(', ')}; \`labels\` may have any order, but these names: ${quoted(labels)}`,
    }),
  );
}

function comparable(name: string): string {
  return name.normalize('NFC');
}

/** @param places The new number of each class. */
function renumbered(split: Split, places: readonly number[]): Split {
  const labels = split.labels.slice();
  for (const [i, label] of split.labels.entries()) labels[i] = places[label] ?? label;
  return { ...split, labels };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
