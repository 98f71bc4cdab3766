// Values as JavaScript literals and TypeScript types. Whatever a string holds (a model's names, most of
// all), it stays a string: nothing in it can end the literal, the script element around it, or the line.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Characters that JSON leaves alone: `<` of `</script>`, line separators, and what is not seen. */
const hazard = /[<\u007f-\u009f]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

export function quoted(text: string): string {
  return JSON.stringify(text).replace(hazard, (found) =>
    Array.from({ length: found.length }, (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** Columns of a list or record that still stands on one line. */
const inlineWidth = 100;

/** In an object literal, a plain `__proto__` would set the prototype. */
export function keyText(key: string): string {
  if (key === '__proto__') return '["__proto__"]';
  return /^[A-Za-z_]\w*$/.test(key) ? key : quoted(key);
}

/** On one line. */
export function literalText(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(literalText).join(', ')}]`;
  const fields = Object.entries(value).map(([key, field]) => `${keyText(key)}: ${literalText(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** Over several lines where one would be long; numbers always stay on one. @param indent Of the line it begins on. */
export function literalBlock(value: Json, indent = ''): string {
  const text = literalText(value);
  if (text.length <= inlineWidth || value === null || typeof value !== 'object' || (isList(value) && value.every((item) => typeof item === 'number'))) return text;
  const inner = `${indent}  `;
  const [open, items, close] = isList(value)
    ? ['[', value.map((item) => literalBlock(item, inner)), ']']
    : ['{', Object.entries(value).map(([key, field]) => `${keyText(key)}: ${literalBlock(field, inner)}`), '}'];
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`;
}

/** Fields that tell kinds of records apart: typed by their values, so that TypeScript narrows by them. */
const discriminants: ReadonlySet<string> = new Set(['op']);

/** The type of a value, with its own keys but any strings and numbers. */
export function typeText(value: Json): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (isList(value)) {
    const items = [...new Set(value.map(typeText))];
    return items.length === 0 ? 'readonly []' : `readonly (${items.join(' | ')})[]`;
  }
  const fieldType = (key: string, field: Json): string => (discriminants.has(key) && typeof field === 'string' ? quoted(field) : typeText(field));
  const fields = Object.entries(value).map(([key, field]) => `readonly ${keyText(key)}: ${fieldType(key, field)};`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(' ')} }`;
}
