// What can be wrong with a graph. All are raised while it is built: a graph that was built runs.

/** Two tensors that an operation cannot bring together. */
export class ShapeMismatch extends Error {
  readonly _tag = "ShapeMismatch"
  /** the operation, such as `matmul` */
  readonly op: string
  /** each operand by name, and its shape as text */
  readonly operands: ReadonlyArray<{ readonly name: string; readonly shape: string }>

  constructor(
    op: string,
    operands: ReadonlyArray<{ readonly name: string; readonly shape: string }>,
    rule: string
  ) {
    super(`${op}: ${operands.map(({ name, shape }) => `${name} ${shape}`).join(", ")}: ${rule}`)
    this.name = this._tag
    this.op = op
    this.operands = operands
  }
}

/** An operand of a dtype that an operation does not take. */
export class DtypeMismatch extends Error {
  readonly _tag = "DtypeMismatch"
  readonly op: string

  constructor(op: string, problem: string) {
    super(`${op}: ${problem}`)
    this.name = this._tag
    this.op = op
  }
}

/** Anything else: a name used twice, an axis that is not there, no gradient. */
export class GraphInvalid extends Error {
  readonly _tag = "GraphInvalid"
  readonly op: string

  constructor(op: string, problem: string) {
    super(`${op}: ${problem}`)
    this.name = this._tag
    this.op = op
  }
}
