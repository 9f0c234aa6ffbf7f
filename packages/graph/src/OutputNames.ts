// Inside a function, TensorFlow refers to an output by its name in the operation's definition (core/ops/*.cc).
import { GraphInvalid } from "./errors.ts"

const names: Readonly<Record<string, string>> = {
  AddV2: "z",
  BroadcastTo: "output",
  Cast: "y",
  ConcatV2: "output",
  Const: "output",
  Equal: "z",
  Exp: "y",
  Fill: "output",
  Greater: "z",
  GreaterEqual: "z",
  Less: "z",
  LessEqual: "z",
  Log: "y",
  Max: "output",
  Maximum: "z",
  Minimum: "z",
  Mul: "z",
  Neg: "y",
  Pack: "output",
  Pad: "output",
  Pow: "z",
  Range: "output",
  RealDiv: "z",
  Reshape: "output",
  Rsqrt: "y",
  SelectV2: "output",
  Shape: "output",
  Sigmoid: "y",
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
