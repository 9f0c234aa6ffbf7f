// Finds a trained model by the name a person has for it.
import { Store, Tokenizer, Weights } from "@inkstone/artifact"
import { nearest } from "@inkstone/stage"
import { Records } from "@inkstone/pipeline"
import { Effect } from "effect"
import { failed } from "./Failure.ts"

interface Found {
  readonly name: string
  readonly digest: string
}

/** Every model that a run has made and that is still the newest of its node, by node name. */
const known = Effect.fnUntraced(function* (root: string, pipeline: string | undefined) {
  const records = yield* Records.latest(root, pipeline)
  return records.flatMap(({ node, outputs }): ReadonlyArray<Found> =>
    Object.values(outputs).flatMap(({ digest, kind }) =>
      kind === Weights.name ? [{ name: node, digest }] : []
    )
  )
})

/** `name` is a node such as `gpt[preset=micro]`, or the beginning of a weights digest. */
export const find = Effect.fn("Models.find")(function* (options: {
  readonly root: string
  readonly name: string
  readonly pipeline: string | undefined
}) {
  const models = yield* known(options.root, options.pipeline)
  const { name } = options
  // the newest comes last, so that a name which two pipelines use means the later run
  const found =
    models.findLast((model) => model.name === name) ??
    (/^[0-9a-f]{6,}$/.test(name) ? models.findLast(({ digest }) => digest.startsWith(name)) : undefined)
  if (found === undefined) {
    const names = [...new Set(models.map((model) => model.name))]
    const close = nearest(name, names)
    const advice =
      names.length === 0
        ? "No run has made a model here yet: inkstone run pipelines/first-book.yaml"
        : `${close === undefined ? "" : `Did you mean ${close}? `}There are ${names.join(", ")}`
    return yield* failed("config", `no model is called ${name}. ${advice}`)
  }
  const store = yield* Store
  const weights = yield* store.open(Weights, found.digest)
  const tokenizer = yield* store.open(Tokenizer, weights.attributes.tokenizer)
  return { weights, tokenizer }
})
