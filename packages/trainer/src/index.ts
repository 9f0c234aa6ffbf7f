export { ngram } from "./NgramStage.ts"
export { pretrain } from "./stages/Pretrain.ts"
