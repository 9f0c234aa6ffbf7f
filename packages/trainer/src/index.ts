export { ngram } from "./NgramStage.ts"
export { pretrain } from "./PretrainStage.ts"
