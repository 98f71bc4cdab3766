// Which tensor of a file is which parameter of a network. Names are ours or PyTorch's (`bn1.weight` for `bn1.gamma`),
// and all may stand behind one prefix (`module.`, `_orig_mod.`, `model.`), which wrappers leave.

import { DiagnosticError, fail } from '../../base/diagnostic.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Network } from '../../ir/network.ts';
import { fitDiagnostics } from './weight-diagnostics.ts';

export interface Naming {
  /** By parameter name, the name in the file. */
  readonly tensors: ReadonlyMap<string, string>;
  /** What every name of the file begins with and the network's do not; empty where there is nothing. */
  readonly prefix: string;
  /** Names in the file that are no parameter's. */
  readonly unread: readonly string[];
}

/**
 * The prefix is none where all parameters are found without. Otherwise it is the one behind which all are found; failing
 * that, one that all names share and none that only some have, which could as well be another network's.
 * @param names By the name in the file, what it stands for: itself, or what a person has mapped it to.
 * @throws DiagnosticError `fit/twice`, `fit/prefixes`
 */
export function nameTensors(names: ReadonlyMap<string, string>, network: Network, file: string): Naming {
  const accepted = acceptedNames(network);
  const prefix = prefixOf([...names.values()], accepted, network, file);
  const tensors = new Map<string, string>();
  const unread: string[] = [];
  const faults: Diagnostic[] = [];
  for (const [name, meant] of names) {
    const parameter = meant.startsWith(prefix) ? accepted.get(meant.slice(prefix.length)) : undefined;
    const other = parameter === undefined ? undefined : tensors.get(parameter);
    if (parameter === undefined) unread.push(name);
    else if (other === undefined) tensors.set(parameter, name);
    else faults.push(fitDiagnostics.twice({ args: [file, other, name, parameter], help: 'leave one of them out of the file' }));
  }
  if (faults.length > 0) throw new DiagnosticError(faults);
  return { tensors, prefix, unread };
}

/** Parameters by each name that they go by. */
function acceptedNames({ parameters }: Network): ReadonlyMap<string, string> {
  return new Map(parameters.flatMap(({ name, layer, alias }) => [...(alias === undefined ? [] : [[`${layer}.${alias}`, name] as const]), [name, name] as const]));
}

function prefixOf(names: readonly string[], accepted: ReadonlyMap<string, string>, { name: network, parameters }: Network, file: string): string {
  const found = parametersByPrefix(names, accepted);
  if (found.size === 0 || found.get('')?.size === parameters.length) return '';
  const whole = [...found].filter(([, { size }]) => size === parameters.length).map(([prefix]) => prefix);
  const [only] = whole;
  if (whole.length > 1) fail(fitDiagnostics.prefixes({ args: [file, network, whole], help: 'keep the names of one of them in the file' }));
  if (only !== undefined) return only;
  if (found.has('')) return '';
  const shared = [...found].filter(([prefix]) => names.every((name) => name.startsWith(prefix)));
  return shared.toSorted(([, a], [, b]) => b.size - a.size)[0]?.[0] ?? '';
}

/** The parameters that are found behind each dotted prefix, the empty one included. */
function parametersByPrefix(names: readonly string[], accepted: ReadonlyMap<string, string>): ReadonlyMap<string, ReadonlySet<string>> {
  const longest = Math.max(0, ...[...accepted.keys()].map(({ length }) => length));
  const found = new Map<string, Set<string>>();
  for (const name of names) {
    for (let at = Math.max(0, name.length - longest); at < name.length; at++) {
      const parameter = at === 0 || name[at - 1] === '.' ? accepted.get(name.slice(at)) : undefined;
      if (parameter === undefined) continue;
      const prefix = name.slice(0, at);
      found.set(prefix, (found.get(prefix) ?? new Set()).add(parameter));
    }
  }
  return found;
}
