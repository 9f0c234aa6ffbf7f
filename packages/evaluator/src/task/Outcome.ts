// What a model made of the examples, before anything is counted: the same for all models of a task.

/** In the order of the examples. */
export interface Outcome {
  /** a text, the name of a class, a number, or labels between spaces */
  readonly outputs: ReadonlyArray<string>
  /** what the right answers cost; NaN where the model says no likelihood */
  readonly nats: Float64Array
  /** scored of each example: target tokens, texts, labelled tokens, or answers */
  readonly units: Uint32Array
  /** `nats per target token` and the like */
  readonly lossUnit: string
  /** tokens that were written */
  readonly written: number
}
