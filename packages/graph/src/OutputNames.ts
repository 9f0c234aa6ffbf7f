// Inside a function, TensorFlow refers to an output by its name in the operation's definition (core/ops/*.cc).
import { GraphInvalid } from "./errors.ts"

const names: Readonly<Record<string, string>> = {
  Abs: "y",
  AddV2: "z",
  Bitcast: "output",
  BitwiseAnd: "z",
  BitwiseXor: "z",
  BroadcastTo: "output",
  Cast: "y",
  ConcatV2: "output",
  Const: "output",
  Cos: "y",
  Equal: "z",
  Erf: "y",
  Exp: "y",
  Fill: "output",
  Floor: "y",
  FloorDiv: "z",
  FloorMod: "z",
  Greater: "z",
  GreaterEqual: "z",
  LeftShift: "z",
  Less: "z",
  LessEqual: "z",
  Log: "y",
  Max: "output",
  Maximum: "z",
  Min: "output",
  Minimum: "z",
  Mul: "z",
  Neg: "y",
  NotEqual: "z",
  Pack: "output",
  Pad: "output",
  Pow: "z",
  Range: "output",
  RealDiv: "z",
  Reshape: "output",
  RightShift: "z",
  Rsqrt: "y",
  SelectV2: "output",
  Shape: "output",
  Sigmoid: "y",
  Sin: "y",
  Slice: "output",
  Sqrt: "y",
  Square: "y",
  StridedSlice: "output",
  Sub: "z",
  Sum: "output",
  Tanh: "y",
  Transpose: "y"
}

/** @throws GraphInvalid for an operation that does not occur in functions */
export const outputName = (op: string): string => {
  const name = names[op]
  if (name === undefined) throw new GraphInvalid(op, "has no place in a function")
  return name
}
