// What a worker process tells the process that started it. The way back is one message: the job.
import { FailureCategory } from "@inkstone/stage"
import { Schema } from "effect"

export const WorkerMessage = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("progress"),
    progress: Schema.Struct({
      done: Schema.Finite,
      total: Schema.optionalKey(Schema.Finite),
      unit: Schema.String,
      note: Schema.optionalKey(Schema.String)
    })
  }),
  Schema.Struct({ type: Schema.Literal("log"), level: Schema.String, message: Schema.String }),
  Schema.Struct({
    type: Schema.Literal("done"),
    outputs: Schema.Record(Schema.String, Schema.Struct({ kind: Schema.String, digest: Schema.String }))
  }),
  Schema.Struct({
    type: Schema.Literal("failed"),
    failure: Schema.Struct({
      category: FailureCategory,
      fact: Schema.String,
      problem: Schema.String,
      advice: Schema.String
    })
  })
])
export type WorkerMessage = typeof WorkerMessage.Type
