// Lays the documents of a split into rows of equal length.
import { type Artifact, type Draft, Packed, packingPolicies, Tokens } from "@inkstone/artifact"
import { field, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema, Stream } from "effect"
import { growUint32 } from "../internal/Grow.ts"
import { type PackSettings, Planner } from "./Planner.ts"
import { rowWriter } from "./RowWriter.ts"

/** Positions and segments are uint16. */
export const longestContext = 2 ** 16 - 1
/** About 64 MB of ids, packed together. */
export const groupTokens = 2 ** 24

const Config = Schema.Struct({
  contextLength: field(
    Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: longestContext })),
    1024,
    "tokens of a row"
  ),
  policy: field(
    Schema.Literals(packingPolicies),
    "best-fit",
    "concatenate cuts the run of all documents every contextLength tokens; best-fit fills rows with whole documents, as tight as they go (only those longer than a row are cut); one gives every document a row of its own"
  ),
  masks: field(
    Schema.Boolean,
    true,
    "every document of a row is a segment: attention and positions begin anew with it"
  ),
  overflow: field(
    Schema.Literals(["windows", "cut"]),
    "windows",
    "policy one: a document longer than a row takes several rows, or loses its end (the counts are in the attributes)"
  ),
  stride: field(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
    0,
    "policy one: tokens that a window repeats of the one before, to be seen and not learned again"
  )
})

/** Stage `@inkstone/tokenizer#pack`: tokens in, rows of `contextLength` tokens out. */
export const pack = Stage.define({
  name: "@inkstone/tokenizer#pack",
  version: 1,
  description: "Lays documents into rows of equal length: cut, best fit or one a row, with document masks",
  config: Config,
  inputs: { tokens: Stage.one(Tokens) },
  outputs: { packed: Packed },
  run: Effect.fn("tokenizer.pack")(
    function* (config, { tokens }, { outputs, report }) {
      if (config.stride >= config.contextLength) return yield* strideTooLong(config)
      const { endOfTextId, split, tokenizer, vocabSize } = tokens.attributes
      const lengths = yield* copyDocuments(tokens, outputs.packed)
      const planner = new Planner({ ...config, groupTokens })
      const rows = { contextLength: config.contextLength, masks: config.masks, vocabSize, padId: endOfTextId }
      const writer = rowWriter(outputs.packed, rows)
      let next = 0
      /** Writes every group whose tokens are there; plans only as far ahead as that takes. */
      const written = Effect.fnUntraced(function* () {
        for (;;) {
          while (planner.ready.length === 0 && next <= lengths.length) {
            if (next < lengths.length) planner.add(lengths[next]!)
            else planner.end()
            next++
          }
          const group = planner.ready[0]
          if (group === undefined || group.to > writer.run.end) return
          planner.ready.shift()
          yield* writer.write(group)
        }
      })
      yield* tokens.batches("ids").pipe(
        Stream.runForEach(({ id }) =>
          Effect.gen(function* () {
            writer.run.append(id)
            yield* written()
            yield* report({ done: writer.run.end, total: tokens.attributes.tokens, unit: "tokens" })
          })
        )
      )
      yield* written()
      if (planner.ready.length > 0) return yield* tokensMissing(tokens.attributes.tokens, writer.run.end)
      yield* outputs.packed.describe({
        ...(yield* writer.counts()),
        policy: config.policy,
        split,
        contextLength: config.contextLength,
        documents: lengths.length,
        bytes: tokens.attributes.bytes,
        cutDocuments: planner.cutDocuments,
        cutTokens: planner.cutTokens,
        vocabSize,
        endOfTextId,
        padId: endOfTextId,
        tokenizer
      })
    },
    Effect.mapError((error) => StageFailure.of(error))
  )
})

/** Writes the documents' names and gives their lengths. */
const copyDocuments = Effect.fnUntraced(function* (
  tokens: Artifact<typeof Tokens>,
  draft: Draft<typeof Packed>
) {
  let lengths = new Uint32Array(1 << 10)
  let count = 0
  yield* tokens.batches("documents").pipe(
    Stream.runForEach((batch) => {
      if (count + batch.tokens.length > lengths.length)
        lengths = growUint32(lengths, count + batch.tokens.length)
      lengths.set(batch.tokens, count)
      count += batch.tokens.length
      return draft.append("documents", {
        id: batch.id,
        source: batch.source,
        tokens: batch.tokens,
        bytes: batch.bytes
      })
    })
  )
  return lengths.subarray(0, count)
})

const strideTooLong = ({ contextLength, stride }: Pick<PackSettings, "contextLength" | "stride">) =>
  new StageFailure({
    category: "config",
    fact: "StrideTooLong",
    problem: `stride ${stride} leaves nothing new in a row of contextLength ${contextLength}`,
    advice: "Choose a stride below contextLength"
  })

const tokensMissing = (told: number, found: number) =>
  new StageFailure({
    category: "data",
    fact: "TokensMissing",
    problem: `the documents have ${told} tokens, but only ${found} are there`,
    advice: "Encode the documents again"
  })
