// `filters`, `blocks(rows = 4, columns = 4)`: a structure, and the arguments that it wants.

import { structureNamed, structureNames } from '../../ir/structure.ts';
import type { Structure, StructureArguments } from '../../ir/structure.ts';
import type { StructureReference } from '../../syntax/ast.ts';
import { bindArguments } from '../values/bind.ts';
import type { Constants } from '../values/constants.ts';
import { argumentDiagnostics, sparsityDiagnostics } from '../diagnostics.ts';
import type { Report } from '../diagnostics.ts';
import { count, readValue } from '../values/values.ts';

export interface ReadStructure {
  readonly structure: Structure;
  /** Absent: it wants none. */
  readonly given?: StructureArguments;
}

/** Undefined: something has been reported. */
export function readStructure(reference: StructureReference, constants: Constants, report: Report): ReadStructure | undefined {
  const { name, span } = reference;
  const kind = structureNames.find((known) => known === name.text);
  if (!kind) return report(sparsityDiagnostics['unknown-structure']({ span: name.span, args: [name.text], help: report.advice.on('structure', name.text, structureNames) }));
  const structure = structureNamed(kind);
  const wants = structure.wants ?? [];
  if (wants.length === 0 && reference.arguments.length > 0) return report(sparsityDiagnostics['no-arguments']({ span, args: [kind], help: `write \`lasso ${kind} of ...\`` }));
  if (wants.length === 0) return { structure };

  const names = wants.map((each) => each.name);
  const example = `${kind}(${names.map((each) => `${each} = 4`).join(', ')})`;
  const { values, complete } = bindArguments({ callee: name, arguments: reference.arguments, span }, { names, required: names, example }, report);
  const given = wants.flatMap(({ name: argument, doc }) => {
    const expression = values.get(argument);
    const value =
      expression &&
      readValue(expression, count, constants, report, (found, expected) =>
        argumentDiagnostics.value({ span: expression.span, args: [argument, found, expected], help: `${argument} of ${kind}: ${doc}` }),
      );
    return value === undefined ? [] : [[argument, value] as const];
  });
  return complete && given.length === names.length ? { structure, given: Object.fromEntries(given) } : undefined;
}
