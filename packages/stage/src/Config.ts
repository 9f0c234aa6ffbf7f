// A stage's config as it comes from a pipeline file: checked against the stage's schema, with every problem named at once.
import { canonicalJson } from "@inkstone/artifact"
import { Effect, type JsonSchema, Schema } from "effect"
import { problemsIn, strayIn } from "./internal/ConfigProblems.ts"
import type { Stage } from "./Stage.ts"

export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  stage: Schema.String,
  /** at least one; `path` such as `sizes.0.width`, empty for the config as a whole; `suggestion` empty where there is none */
  problems: Schema.Array(
    Schema.Struct({ path: Schema.String, problem: Schema.String, suggestion: Schema.String })
  )
}) {
  override get message() {
    const lines = this.problems.map(({ path, problem, suggestion }) => {
      const hint = suggestion === "" ? "" : `; did you mean "${suggestion}"?`
      return `${path === "" ? "config" : path}: ${problem}${hint}`
    })
    return `${this.stage}: ${lines.join("; ")}`
  }
}

/** A config that its stage accepts. */
export interface Decoded<Config = unknown> {
  /** what the stage's `run` gets, defaults filled in */
  readonly value: Config
  /** the same as JSON with every default written out: what keys and records hold */
  readonly encoded: Schema.Json
  /** `encoded` as one text with sorted keys */
  readonly canonical: string
}

/**
 * Checks what stood under `with:` (absent = `{}`) against the stage's schema. Unknown keys are errors, with the nearest known
 * name; so are values that are near one of the allowed ones. A schema that encodes to something JSON cannot say is a bug of the
 * stage and dies.
 */
export const decode = Effect.fn("Config.decode")(function* <Config extends Schema.Codec<unknown, unknown>>(
  stage: Pick<Stage<string, Config>, "name" | "config">,
  given: unknown
): Effect.fn.Return<Decoded<Config["Type"]>, ConfigInvalid> {
  const stray = strayIn(stage.config.ast, given ?? {})
  if (stray.length > 0) return yield* new ConfigInvalid({ stage: stage.name, problems: stray })
  const value = yield* Schema.decodeUnknownEffect(
    stage.config,
    options
  )(given ?? {}).pipe(
    Effect.mapError(({ issue }) => new ConfigInvalid({ stage: stage.name, problems: problemsIn(issue) }))
  )
  const encoded = yield* Effect.orDie(Schema.encodeUnknownEffect(stage.config)(value))
  const canonical = canonicalJson(encoded)
  return { value, encoded: yield* Effect.orDie(decodeJson(canonical)), canonical }
})

const options = { errors: "all", onExcessProperty: "error", reportInput: true } as const
const decodeJson = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Json))

/** JSON Schema (draft 2020-12) of a stage's config, for editors. Unknown keys are not allowed, as in `decode`. */
export const jsonSchema = (stage: Pick<Stage, "config">): JsonSchema.Document<"draft-2020-12"> =>
  Schema.toJsonSchemaDocument(stage.config, { onExcessProperty: "error" })
