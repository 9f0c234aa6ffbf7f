export { Config as EvaluateConfig } from "./Config.ts"
export { evaluate } from "./EvaluateStage.ts"
