// Which argument or setting is which: by position and by name.

import type { Diagnostic } from '../../base/diagnostic.ts';
import type { Argument, CallExpression, Expression, Setting } from '../../syntax/ast.ts';
import { argumentDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import type { Subject } from '../foreign-words.ts';

export interface Signature {
  /** All arguments in the order of their positions. */
  readonly names: readonly string[];
  readonly required: readonly string[];
  readonly example: string;
}

export interface BoundArguments {
  readonly values: ReadonlyMap<string, Expression>;
  /** Every argument found its place and none is missing. */
  readonly complete: boolean;
}

export function bindArguments(call: Omit<CallExpression, 'kind'>, signature: Signature, report: Report): BoundArguments {
  const callee = call.callee.text;
  const bound = new Map<string, Argument>();
  const known = new Set(signature.names);
  let complete = true;
  const reject = (diagnostic: Diagnostic): void => {
    complete = false;
    report(diagnostic);
  };
  for (const [position, argument] of call.arguments.entries()) {
    const name = argument.name?.text ?? signature.names[position];
    const span = argument.name?.span ?? argument.span;
    if (name === undefined) {
      const args = [callee, call.arguments.length, signature.names.length] as const;
      reject(argumentDiagnostics['too-many']({ span, args: [...args], help: `for example \`${signature.example}\`` }));
      break;
    }
    const first = bound.get(name);
    if (!known.has(name)) {
      reject(argumentDiagnostics.unknown({ span, args: [callee, name], help: report.advice.on('argument', name, signature.names) }));
    } else if (first) {
      reject(argumentDiagnostics.duplicate({ span, args: [name], related: [{ message: 'first given here', span: first.span }] }));
    } else {
      bound.set(name, argument);
    }
  }
  // What an unknown name was meant to be is not missing as well.
  const missing = complete ? signature.required.filter((name) => !bound.has(name)) : [];
  for (const name of missing) reject(argumentDiagnostics.missing({ span: call.span, args: [callee, name], help: `for example \`${signature.example}\`` }));
  return { values: new Map([...bound].map(([name, argument]) => [name, argument.value])), complete };
}

interface SettingDiagnostics {
  readonly 'unknown-setting': (place: { span: Setting['span']; args: [string]; help: string | undefined }) => Diagnostic;
  readonly 'duplicate-setting': (place: { span: Setting['span']; args: [string]; related: Diagnostic['related'] }) => Diagnostic;
}

/** Settings by name; unknown and repeated ones are reported. */
export function bindSettings(
  settings: readonly Setting[],
  known: readonly string[],
  subject: Subject,
  table: SettingDiagnostics,
  report: Report,
): ReadonlyMap<string, Setting> {
  const bound = new Map<string, Setting>();
  for (const setting of settings) {
    const name = setting.name.text;
    const span = setting.name.span;
    const first = bound.get(name);
    if (!known.includes(name)) report(table['unknown-setting']({ span, args: [name], help: report.advice.on(subject, name, known) }));
    else if (first) report(table['duplicate-setting']({ span, args: [name], related: [{ message: 'first given here', span: first.name.span }] }));
    else bound.set(name, setting);
  }
  return bound;
}
