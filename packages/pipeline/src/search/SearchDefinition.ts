// A search as it stands in a pipeline, before its trials are drawn.
import type { Schema } from "effect"

export const methods = ["grid", "random", "halving", "asha"] as const
export type Method = (typeof methods)[number]

/** Values that one path of the config may take. */
export type Distribution =
  | { readonly type: "choices"; readonly values: ReadonlyArray<Schema.Json> }
  | {
      readonly type: "range"
      readonly scale: "linear" | "log"
      readonly low: number
      /** inclusive */
      readonly high: number
      /** whole numbers only */
      readonly whole: boolean
      /** only low, low + step, ...; linear only */
      readonly step?: number
      /** how many values a grid takes of it */
      readonly points?: number
    }

/** One path of the config, such as `architecture.channels`. */
export interface Dimension {
  readonly path: string
  readonly distribution: Distribution
  /** only where each of these paths has one of the values; they stand in `with` or further up in the space */
  readonly when: Readonly<Record<string, ReadonlyArray<Schema.Json>>>
}

/** The number that trials are ranked by. */
export interface Objective {
  /** node below that judges a trial, such as an evaluation; left out: the searched node itself */
  readonly node?: string
  /** left out: the only one of kind `trace` or `metrics` */
  readonly output?: string
  /** path in the artifact's attributes; of a trace left out: `bestValue` */
  readonly attribute?: string
  /** row of a `metrics` artifact, with its interval; left out: its primary one */
  readonly metric?: string
  /** left out: what the trace or metric says of itself */
  readonly mode?: "min" | "max"
}

/** How long trials go on: `min`, `min * factor`, ... up to `max`, and 1 in `factor` goes on each time. */
export interface Halving {
  /** config path that says how long, such as `steps` */
  readonly over: string
  readonly min: number
  readonly max: number
  readonly factor: number
}

export interface SearchDefinition {
  readonly method: Method
  /** how many; of a grid left out */
  readonly trials?: number
  /** left out: the pipeline's */
  readonly seed?: number
  readonly space: ReadonlyArray<Dimension>
  readonly objective?: Objective
  /** for `halving` and `asha` */
  readonly halving?: Halving
}
