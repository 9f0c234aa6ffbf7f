export { linear } from "./LinearStage.ts"
export { ngram } from "./NgramStage.ts"
export { pretrain } from "./stages/Pretrain.ts"
