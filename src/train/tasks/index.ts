// The tasks there are.

import type { TaskName } from '../../ir/network.ts';
import { classify } from './classify.ts';
import { regress } from './regress.ts';
import type { Task } from './task.ts';

export const tasks: Readonly<Record<TaskName, Task>> = { classify, regress };

/** That of a training that names none. */
export const usualTask: TaskName = 'classify';

/** What says its task. */
export interface OfTask {
  /** Absent: the usual one. */
  readonly task?: TaskName;
}

export function taskOf(of: OfTask | undefined): Task {
  return tasks[of?.task ?? usualTask];
}

/** For what is made of it: absent where it is the usual one. */
export function taskPart(of: OfTask | undefined): OfTask {
  const { name } = taskOf(of);
  return name === usualTask ? {} : { task: name };
}

/** As somebody has written it down. */
export function taskIn(written: unknown): OfTask {
  const found = Object.values(tasks).find(({ name }) => name === written);
  return taskPart(found && { task: found.name });
}
