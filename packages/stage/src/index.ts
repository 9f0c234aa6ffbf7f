export * as Stage from "./Stage.ts"
export type { Given, Labelled, Progress, Resources, Run, SourceFile } from "./Stage.ts"
export * from "./StageFailure.ts"
