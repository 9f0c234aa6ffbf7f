// fairseq's `dict.txt`: a token and its count a line, in the order of their ids.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import { readFile, stat } from "node:fs/promises"
import { io } from "../internal/Files.ts"
import { TorchInvalid } from "../torch/TorchInvalid.ts"

const mostDictionaryBytes = 2 ** 26
/** Ids of fairseq: four of its own, the lines of `dict.txt`, then the mask. A line is a token and its count. */
export const readDictionary = Effect.fnUntraced(function* (
  file: string,
  vocabSize: number
): Effect.fn.Return<ReadonlyArray<string> | undefined, TorchInvalid | StorageFailed> {
  const size = yield* io(file, () => stat(file)).pipe(
    Effect.map(({ size }) => size),
    Effect.catchIf(
      ({ code }) => code === "ENOENT",
      () => Effect.void
    )
  )
  if (size === undefined) return undefined
  const invalid = (field: string, problem: string) => new TorchInvalid({ file, field, problem })
  if (size > mostDictionaryBytes) return yield* invalid("file", `has ${size} bytes`)
  const lines = (yield* io(file, () => readFile(file, "utf8"))).split("\n").filter((line) => line !== "")
  const tokens = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    ...lines.map((line) => line.replace(/ \d+( #fairseq:overwrite)?\r?$/, "")),
    "<mask>"
  ]
  return tokens.length === vocabSize
    ? tokens
    : yield* invalid(
        "lines",
        `${lines.length} make ${tokens.length} tokens with fairseq's own, the model has ${vocabSize}: fetch the dict.txt of ` +
          "this model, or take this one away"
      )
})
