// What an emitted text declares, with its documentation above it.

/** @param text What it documents, of any number of lines. @param indent Of the comment; the text has its own. */
export function documented(doc: string, text: string, indent = ''): string {
  const [first, ...others] = doc.split('\n');
  const comment = others.length === 0 ? `${indent}/** ${first} */` : [`${indent}/**`, ...[first, ...others].map((line) => `${indent} * ${line}`), `${indent} */`].join('\n');
  return `${comment}\n${text}`;
}

/** A property or method of an interface. */
export interface Member {
  /** Without the semicolon. */
  readonly signature: string;
  readonly doc: string;
}

export function interfaceText(name: string, members: readonly Member[]): string {
  const lines = members.map(({ signature, doc }) => `${documented(doc, `  ${signature};`, '  ')}\n`);
  return `export interface ${name} {\n${lines.join('')}}`;
}
