// A stage's config as it comes from a pipeline file: checked against the stage's schema, with every problem named at once.
import { Effect, Schema } from "effect"
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

/** Checks what stood under `with:` (absent = `{}`) against the stage's schema. Unknown keys are errors, with the nearest known name. */
export const decode = <Config extends Schema.Codec<unknown, unknown>>(
  stage: Pick<Stage<string, Config>, "name" | "config">,
  given: unknown
): Effect.Effect<Decoded<Config["Type"]>, ConfigInvalid> =>
  Effect.die(new Error(`not written yet: ${stage.name}, ${String(given)}`))

/** JSON Schema (draft 2020-12) of a stage's config, for editors. */
export const jsonSchema = (stage: Pick<Stage, "config">): Schema.JsonObject => {
  throw new Error(`not written yet: ${stage.config.ast._tag}`)
}
