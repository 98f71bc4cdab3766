// Checks on our own reasoning. A failure here is a bug of the compiler, never of its user: the command
// line prints "please report" and exits 70.

/** Thrown when the compiler contradicts itself. User mistakes are {@link Diagnostic}s instead. */
export class InternalError extends Error {
  override name = 'InternalError';
}

export function invariant(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new InternalError(typeof message === 'string' ? message : message());
}

/** Closes an exhaustive `switch`: a new member of the union fails to compile here. */
export function assertNever(value: never): never {
  throw new InternalError(`unexpected value ${JSON.stringify(value)}`);
}

/** The value, which the caller knows to be present; `what` names it should the caller be wrong. */
export function present<T>(value: T | undefined | null, what: string): T {
  invariant(value !== undefined && value !== null, () => `missing ${what}`);
  return value;
}
