// `task = regress`: what the network is trained to answer. Which tasks there are is in their records (train/tasks).

import type { TaskName } from '../../ir/network.ts';
import type { Setting, TrainDeclaration } from '../../syntax/ast.ts';
import { tasks, usualTask } from '../../train/tasks/index.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { ValueType } from '../values/values.ts';

const names = Object.values(tasks).map(({ name }) => name);

export const taskName: ValueType<TaskName> = {
  words: new Map(names.map((name) => [name, name])),
  wordsAlone: true,
  expected: () => names.map((name) => `\`${name}\``).join(' or '),
  read: () => undefined,
};

/** The task that a block trains for; faults are left to `checkTrain`. */
export function taskOfBlock(declaration: TrainDeclaration): TaskName {
  const setting = declaration.entries.find((entry) => entry.kind === 'setting' && entry.name.text === 'task');
  const written = setting?.kind === 'setting' && setting.value.kind === 'name' ? setting.value.text : usualTask;
  return names.find((name) => name === written) ?? usualTask;
}

/** Reports a setting that says something of classes, where there are none. */
export function refuseClassSetting({ name }: Setting, task: TaskName, report: Report): undefined {
  return report(trainDiagnostics['no-classes']({ span: name.span, args: [name.text, task], help: 'leave it out' }));
}
