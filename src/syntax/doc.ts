// A small pretty printer after Wadler ("A prettier printer", 2003) and Oppen: documents whose groups are laid
// out on one line where they fit and broken at their lines where they do not.

export type Doc = string | Node;

interface Node {
  readonly kind: 'concat' | 'indent' | 'group' | 'line' | 'choice' | 'suffix';
  readonly parts: readonly Doc[];
  /** `choice`, `line`: text when flat and when broken (a line's precedes its break); `suffix`: text at the line's end. */
  readonly flat: string;
  readonly broken: string;
  /** Must be laid out broken, and so must every group around it. */
  readonly forced: boolean;
}

function node(kind: Node['kind'], fields: Partial<Node>): Node {
  const parts = fields.parts ?? [];
  const forced = parts.some((part) => typeof part !== 'string' && part.forced);
  return { kind, flat: '', broken: '', forced, ...fields, parts };
}

export function concat(...parts: readonly Doc[]): Doc {
  return inSequence(parts);
}

/** As `concat`, for lists that are too long for arguments. */
export function inSequence(parts: readonly Doc[]): Doc {
  return node('concat', { parts });
}

/** Lines inside begin two columns further right. */
export function indent(...parts: readonly Doc[]): Doc {
  return node('indent', { parts });
}

export function group(...parts: readonly Doc[]): Doc {
  return node('group', { parts });
}

/** A group that is broken whatever its width. */
export function brokenGroup(...parts: readonly Doc[]): Doc {
  return node('group', { parts, forced: true });
}

/** A space, or a new line in a broken group. */
export const line: Doc = node('line', { flat: ' ' });
/** A space, or a new line after an empty one in a broken group. */
export const blankOrSpace: Doc = node('line', { flat: ' ', broken: '\n' });
/** Nothing, or a new line in a broken group. */
export const softLine: Doc = node('line', {});
export const hardLine: Doc = node('line', { forced: true });
/** Nothing itself; the groups around it are broken. */
export const breakAround: Doc = node('concat', { forced: true });
/** A line left empty. */
export const blankLine: Doc = node('line', { forced: true, broken: '\n' });

export function choice(flat: string, broken: string): Doc {
  return node('choice', { flat, broken });
}

/** Text moved to the end of the line, after whatever else stands there; the line ends with it. */
export function suffix(text: string): Doc {
  return node('suffix', { flat: text, forced: true });
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return inSequence(docs.flatMap((doc, i) => (i === 0 ? [doc] : [separator, doc])));
}

interface Command {
  readonly doc: Doc;
  readonly indent: number;
  readonly broken: boolean;
}

export function print(doc: Doc, width: number): string {
  const out: string[] = [];
  const stack: Command[] = [{ doc, indent: 0, broken: true }];
  let column = 0;
  let pending = '';
  for (let command = stack.pop(); command; command = stack.pop()) {
    const { doc: current, indent: level, broken } = command;
    if (typeof current === 'string') {
      out.push(current);
      column += current.length;
      continue;
    }
    switch (current.kind) {
      case 'concat':
        push(stack, current.parts, level, broken);
        break;
      case 'indent':
        push(stack, current.parts, level + 2, broken);
        break;
      case 'group': {
        const flat = !current.forced && fits(stack, current, width - column);
        push(stack, current.parts, level, !flat);
        break;
      }
      case 'choice': {
        const text = broken ? current.broken : current.flat;
        out.push(text);
        column += text.length;
        break;
      }
      case 'suffix':
        pending += current.flat;
        break;
      case 'line':
        if (!broken && !current.forced) {
          out.push(current.flat);
          column += current.flat.length;
        } else {
          out.push(pending, current.broken, '\n', ' '.repeat(level));
          pending = '';
          column = level;
        }
        break;
    }
  }
  out.push(pending);
  return out.join('').split('\n').map(withoutTrailingBlanks).join('\n');
}

/** No regular expression: of thousands of blanks in a row each would be tried as the first. */
function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return text.slice(0, end);
}

function push(stack: Command[], parts: readonly Doc[], level: number, broken: boolean): void {
  for (let i = parts.length - 1; i >= 0; i--) stack.push({ doc: parts[i] ?? '', indent: level, broken });
}

/** Whether a group laid out flat, with what follows it up to the next line, stays within the columns left. */
function fits(rest: readonly Command[], candidate: Node, columns: number): boolean {
  const stack: Command[] = [];
  push(stack, candidate.parts, 0, false);
  let left = columns;
  let next = rest.length - 1;
  while (left >= 0) {
    let command = stack.pop();
    if (!command) command = rest[next--];
    if (!command) return true;
    const { doc, broken } = command;
    if (typeof doc === 'string') {
      left -= doc.length;
      continue;
    }
    switch (doc.kind) {
      case 'concat':
      case 'indent':
        push(stack, doc.parts, 0, broken);
        break;
      case 'group':
        push(stack, doc.parts, 0, broken && doc.forced);
        break;
      case 'choice':
        left -= (broken ? doc.broken : doc.flat).length;
        break;
      case 'suffix':
        break;
      case 'line':
        if (broken || doc.forced) return true;
        left -= doc.flat.length;
        break;
    }
  }
  return false;
}
