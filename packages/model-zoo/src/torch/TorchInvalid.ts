// What is wrong with a file that says it is PyTorch's.
import { Effect, Schema } from "effect"

/** The file is not what `torch.save` writes, or wants more than data; `field` is the part of it, with its byte. */
export class TorchInvalid extends Schema.TaggedError<TorchInvalid>()("TorchInvalid", {
  file: Schema.String,
  field: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.field}: ${this.problem}`
  }
}

/** Thrown inside the pure parts, which do not know the file's name. */
export class Refused extends Error {
  readonly field: string
  constructor(field: string, problem: string) {
    super(problem)
    this.field = field
  }
}

/** Runs a pure part; what it refuses becomes a `TorchInvalid` of that file. */
export const attempt = <A>(file: string, act: () => A): Effect.Effect<A, TorchInvalid> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(act())
    } catch (cause) {
      return cause instanceof Refused
        ? new TorchInvalid({ file, field: cause.field, problem: cause.message })
        : Effect.die(cause)
    }
  })
