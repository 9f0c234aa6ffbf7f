// Flags and arguments that several commands share, so that one word means one thing everywhere.
import { Effect, Option } from "effect"
import { Argument, Flag } from "effect/cli"
import { storeRoot } from "./StoreRoot.ts"

export const pipeline = Argument.String("pipeline").pipe(
  Argument.withDescription("Pipeline file: .yaml, or a .ts module whose default export is a pipeline")
)

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON for programs instead of text for people"),
  Flag.withDefault(false)
)

/** The store's folder, absolute. */
export const store = Flag.String("store").pipe(
  Flag.withDescription(
    "Folder of artifacts and records (default: $INKSTONE_STORE, else .inkstone in the project)"
  ),
  Flag.optional,
  Flag.mapEffect((given) => Effect.sync(() => storeRoot(Option.getOrUndefined(given))))
)

/** One of the pipeline file's `profiles`; undefined: the nodes as they stand. */
export const profile = Flag.String("profile").pipe(
  Flag.withDescription("Size to run it at: one of the `profiles` in the pipeline file"),
  Flag.optional,
  Flag.map(Option.getOrUndefined)
)

export const pipelineName = Flag.String("pipeline").pipe(
  Flag.withDescription("Only runs of this pipeline, by its name (default: the newest run of any)"),
  Flag.optional
)

export const node = Flag.String("node").pipe(Flag.withDescription("Only what this node made"), Flag.optional)

/** A number that makes no sense is a mistake in the words of the command line. */
export const between =
  (minimum: number, maximum = Infinity) =>
  (flag: Flag.Flag<number>): Flag.Flag<number> =>
    Flag.filter(
      flag,
      (value) => value >= minimum && value <= maximum,
      () => (maximum === Infinity ? `at least ${minimum}` : `from ${minimum} to ${maximum}`)
    )

export const out = Flag.String("out").pipe(
  Flag.withDescription("Folder that reports are written to, one subfolder a pipeline"),
  Flag.withDefault("out")
)

export const force = Flag.String("force").pipe(
  Flag.withDescription(
    "Run this node although the store has its result; `all` for every node; may be repeated"
  ),
  Flag.atLeast(0),
  Flag.map((nodes): "all" | ReadonlyArray<string> => (nodes.includes("all") ? "all" : nodes))
)

export const only = Flag.String("only").pipe(
  Flag.withDescription("Only this node and what it needs; may be repeated"),
  Flag.atLeast(0)
)

export const batch = Flag.Int("batch").pipe(
  Flag.withDescription("Texts of one step, of a network"),
  between(1),
  Flag.withDefault(1)
)

export const length = Flag.Int("length").pipe(
  Flag.withDescription("Tokens of one text (default: all that the network sees at once, or 512)"),
  between(1),
  Flag.optional
)

export const rematerialize = Flag.Boolean("rematerialize").pipe(
  Flag.withDescription("Compute each block again in the backward pass: less memory, more time"),
  Flag.withDefault(false)
)

export const jobs = Flag.Int("jobs").pipe(
  Flag.withAlias("j"),
  Flag.withDescription("Most nodes at once (default: one a processor)"),
  between(1),
  Flag.optional
)

export const memory = Flag.Finite("memory").pipe(
  Flag.withDescription("GiB that nodes may hold together (default: what the machine has)"),
  Flag.filter(
    (gib) => gib > 0,
    () => "more than 0"
  ),
  Flag.optional
)
