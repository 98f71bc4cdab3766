// Values of programs as messages show them.

/** `7`, `"text"`, `[1, 2]`, `a Float64Array`. */
export function described(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? 'a function' : String(value);
  if (Array.isArray(value) && value.length <= 8) return `[${value.map((each) => (Array.isArray(each) ? '[...]' : described(each))).join(', ')}]`;
  const kind = value.constructor?.name ?? 'Object';
  return /^[AEIO]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
