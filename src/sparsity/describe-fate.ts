// What became of a group, in words for `explain`.

import type { GroupFate } from './group-fate.ts';
import type { KeepReason } from './keep-reason.ts';

export function describeFate(fate: GroupFate): string {
  switch (fate.kind) {
    case 'alive':
      return 'kept';
    case 'zero':
      return 'zero: removed';
    case 'unread':
      return 'removed: nothing that stays reads it';
    case 'folded':
      return `a constant: folded into the bias of ${fate.into.join(', ')}`;
    case 'kept':
      return `zero, but stays: ${describeReason(fate.reason)}`;
    case 'stored':
      return 'zero, but stays in the weight: neither its rows nor its columns are wholly zero';
  }
}

export function describeReason(reason: KeepReason): string {
  switch (reason.kind) {
    case 'read':
      return `${reason.by} reads what is there`;
    case 'padding':
      return `a constant other than 0, and ${reason.by} pads with zeros`;
    case 'mixed':
      return `${reason.by} mixes all channels`;
    case 'neighbours':
      return `${reason.by} mixes it with its neighbours, and it is not 0`;
    case 'output':
      return `it is part of the output "${reason.output}"`;
    case 'source':
      return `it comes from ${reason.by}`;
    case 'shortcut':
      return `another operand of ${reason.by} keeps it`;
    case 'last':
      return 'the last one of its kind';
  }
}
