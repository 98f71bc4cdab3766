// `task = regress`: what the network is trained to answer. Which tasks there are is in their records (train/tasks).

import type { TaskName } from '../../ir/network.ts';
import type { Setting, TrainDeclaration } from '../../syntax/ast.ts';
import { taskIn, taskOf, tasks } from '../../train/tasks/index.ts';
import type { Task } from '../../train/tasks/task.ts';
import { trainDiagnostics } from '../diagnostics.ts';
import type { ValueType } from '../values/values.ts';
import type { TrainScope } from './train-value.ts';

const names = Object.values(tasks).map(({ name }) => name);

export const taskName: ValueType<TaskName> = {
  words: new Map(names.map((name) => [name, name])),
  wordsAlone: true,
  expected: () => names.map((name) => `\`${name}\``).join(' or '),
  read: () => undefined,
};

/** The task that a block trains for; faults are left to `checkTrain`. */
export function taskOfBlock(declaration: TrainDeclaration): Task {
  const setting = declaration.entries.find((entry) => entry.kind === 'setting' && entry.name.text === 'task');
  return taskOf(taskIn(setting?.kind === 'setting' && setting.value.kind === 'name' ? setting.value.text : undefined));
}

/** Reports a setting that says something of classes, where there are none. */
export function refuseClassSetting({ name }: Setting, { task, report }: TrainScope): undefined {
  return report(trainDiagnostics['no-classes']({ span: name.span, args: [name.text, task.name], help: 'leave it out' }));
}
