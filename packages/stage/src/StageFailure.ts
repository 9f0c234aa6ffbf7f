// How a stage fails: the category decides the exit code and whether another attempt makes sense.
import type { ArtifactCorrupt, ArtifactInvalid, ArtifactMissing, StorageFailed } from "@inkstone/artifact"
import { Schema } from "effect"
import type { ConfigInvalid } from "./Config.ts"
import type { SourceFilesMissing, SourceUnfetched } from "./SourceFiles.ts"

/** `config`: the pipeline file is wrong. `data`: the input is. `resource`: disk, memory, a missing library. */
export const FailureCategory = Schema.Literals([
  "config",
  "data",
  "resource",
  "crashed",
  "timed-out",
  "cancelled"
])
export type FailureCategory = typeof FailureCategory.Type

/** What a stage meets when it reads its inputs, writes its outputs or is given a config. */
export type Known =
  | ArtifactMissing
  | ArtifactCorrupt
  | ArtifactInvalid
  | StorageFailed
  | ConfigInvalid
  | SourceFilesMissing
  | SourceUnfetched

export class StageFailure extends Schema.TaggedError<StageFailure>()("StageFailure", {
  category: FailureCategory,
  /** machine-readable name of the fact, such as `EmptyCorpus` */
  fact: Schema.String,
  /** what happened, naming the file, line or field */
  problem: Schema.String,
  /** what the person can do about it */
  advice: Schema.String
}) {
  override get message() {
    return this.advice === "" ? this.problem : `${this.problem}. ${this.advice}`
  }

  /**
   * A known failure as a stage's own, with category and advice; a StageFailure stays what it is.
   *
   *     const rows = yield* given.documents.read("documents").pipe(Effect.mapError(StageFailure.of))
   */
  static of(this: void, error: Known | StageFailure): StageFailure {
    if (error._tag === "StageFailure") return error
    const [category, usual] = meanings[error._tag]
    const advice =
      error._tag === "StorageFailed"
        ? storageAdvice(error.code)
        : error._tag === "SourceUnfetched"
          ? error.advice
          : usual
    return new StageFailure({ category, fact: error._tag, problem: error.message, advice })
  }
}

const again = "Run the pipeline again: it is made anew"

const meanings: Readonly<Record<Known["_tag"], readonly [FailureCategory, string]>> = {
  ConfigInvalid: ["config", ""],
  SourceFilesMissing: ["data", "Correct the pattern, or put the files there"],
  SourceUnfetched: ["resource", ""],
  ArtifactMissing: ["data", again],
  ArtifactCorrupt: ["data", again],
  ArtifactInvalid: ["crashed", "This is a mistake of the stage that wrote it"],
  StorageFailed: ["resource", ""]
}

const storageAdvice = (code: string): string => {
  if (code === "ENOSPC" || code === "EDQUOT")
    return "Free some disk space (`inkstone gc` may help) and run again: it goes on from here"
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return "Make the folder writable"
  return ""
}
