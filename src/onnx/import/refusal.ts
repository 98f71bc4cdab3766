// Why a node cannot be imported. Rules throw it; who applies them says of which node, and goes on with the others.

/** Which diagnostic of `onnx/` it becomes. */
export type RefusalKind = 'op' | 'shape' | 'operand';

export class Refusal extends Error {
  override name = 'Refusal';
  readonly kind: RefusalKind;
  readonly help: string | undefined;

  constructor(kind: RefusalKind, why: string, help?: string) {
    super(why);
    this.kind = kind;
    this.help = help;
  }
}

/** @param why What follows the name of the node: `has ...`, `reads ...`. */
export function refuse(kind: RefusalKind, why: string, help?: string): never {
  throw new Refusal(kind, why, help);
}
