export * as Dimension from "./Dimension.ts"
export type { DType } from "./DType.ts"
export { DtypeMismatch, GraphInvalid, ShapeMismatch } from "./errors.ts"
export { frozen } from "./Frozen.ts"
export { gradients } from "./gradients.ts"
export * as Initializer from "./Initializer.ts"
export * as Interpreter from "./Interpreter.ts"
export { crossEntropy } from "./layers/CrossEntropy.ts"
export { cosineDistance, klDivergence, logSoftmax } from "./layers/Distillation.ts"
export { dropout, type DropoutOptions } from "./layers/Dropout.ts"
export { gelu, geluErf } from "./layers/Gelu.ts"
export { layerNorm } from "./layers/LayerNorm.ts"
export { relu, silu } from "./layers/Rectified.ts"
export { rmsNorm } from "./layers/RmsNorm.ts"
export { rotate, rotation, type Rotation } from "./layers/Rotary.ts"
export { causalMask, softmax } from "./layers/Softmax.ts"
export * from "./ops/Bits.ts"
export * from "./ops/Constant.ts"
export * from "./ops/Elementwise.ts"
export * from "./ops/ErrorFunction.ts"
export * from "./ops/Gather.ts"
export * from "./ops/GatherRows.ts"
export * from "./ops/Layout.ts"
export * from "./ops/Logic.ts"
export * from "./ops/Matmul.ts"
export * from "./ops/Random.ts"
export * from "./ops/Reduce.ts"
export * from "./ops/Scan.ts"
export * from "./ops/TopK.ts"
export {
  type Input,
  input,
  isVariable,
  type Parameter,
  parameter,
  parameterCount,
  type Variable,
  variable
} from "./Parameter.ts"
export { rematerialize } from "./Rematerialize.ts"
export * as Program from "./Program.ts"
export { named, stopGradient, type Tensor, withGradient } from "./Tensor.ts"
export type { Values } from "./Values.ts"
export * as AdamW from "./AdamW.ts"
export * as TrainingProgram from "./TrainingProgram.ts"
export { standalone } from "./ops/Barrier.ts"
export * from "./Objective.ts"
export { operandsOf, policies, type Policy, type Precision } from "./Precision.ts"
export * as SavedModel from "./SavedModel.ts"
