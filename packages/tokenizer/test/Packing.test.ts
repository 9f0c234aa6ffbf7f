// Every token of every row is followed back to its document, and every token of every document is found again.
import {
  type ArtifactRef,
  Packed,
  type PackingPolicy,
  packingPolicies,
  Store,
  Tokens
} from "@inkstone/artifact"
import { sample, stageContract } from "@inkstone/stage/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { pack } from "../src/index.ts"
import { bestFit } from "../src/packing/BestFit.ts"
import { type PackSettings, Planner } from "../src/packing/Planner.ts"
import { columnsOf, Run } from "../src/packing/Rows.ts"
import { runStage, store } from "./documents.ts"
import { integers } from "./texts.ts"

const padId = 7

/** Packs documents whose tokens are numbers no two of which are equal. */
const packed = (lengths: ReadonlyArray<number>, settings: PackSettings, masks: boolean) => {
  const planner = new Planner(settings)
  const run = new Run()
  let token = 1000
  const documents = lengths.map((length) => {
    planner.add(length)
    return Uint32Array.from({ length }, () => token++)
  })
  planner.end()
  // as it comes from a store: in batches that know nothing of documents
  const flat = Uint32Array.from(documents.flatMap((each) => [...each]))
  const rows = { contextLength: settings.contextLength, vocabSize: 2 ** 20, padId, masks }
  const columns: Record<"id" | "segment" | "position" | "loss", Array<number>> = {
    id: [],
    segment: [],
    position: [],
    loss: []
  }
  const spans: Array<Record<"row" | "at" | "tokens" | "context" | "document" | "from", number>> = []
  let read = 0
  for (const group of planner.ready) {
    if (group.to > read) run.append(flat.subarray(read, group.to))
    read = Math.max(read, group.to)
    for (const batch of columnsOf(group, run, rows))
      for (const name of ["id", "segment", "position", "loss"] as const) columns[name].push(...batch[name])
    const { at, context, document, from, row, tokens } = group.spans
    for (let i = 0; i < row.length; i++)
      spans.push({
        row: group.firstRow + row[i]!,
        at: at[i]!,
        tokens: tokens[i]!,
        context: context[i]!,
        document: document[i]!,
        from: from[i]!
      })
    run.drop(group.to - settings.contextLength)
  }
  return { documents, columns, spans, planner }
}

/** The claim of the whole package, checked token by token. */
const followBack = (lengths: ReadonlyArray<number>, settings: PackSettings, masks: boolean) => {
  const { columns, documents, planner, spans } = packed(lengths, settings, masks)
  const T = settings.contextLength
  assert.strictEqual(columns.id.length % T, 0)
  const seen = documents.map((each) => new Uint8Array(each.length)) // times each token is there to be learned
  const learned = documents.map((each) => new Uint8Array(each.length))
  const filled = new Uint8Array(columns.id.length)
  let [row, next, segment] = [-1, 0, 0]
  for (const span of spans) {
    // in order, without gaps, never over the end of a row
    if (span.row !== row) [row, next, segment] = [span.row, 0, 0]
    assert.strictEqual(span.at, next)
    next += span.tokens
    segment++
    assert.isTrue(span.tokens > 0 && next <= T && span.context < span.tokens)
    for (let i = 0; i < span.tokens; i++) {
      const place = span.row * T + span.at + i
      filled[place] = 1
      assert.strictEqual(columns.id[place], documents[span.document]![span.from + i])
      assert.strictEqual(columns.segment[place], masks ? segment : 1)
      assert.strictEqual(columns.position[place], masks ? i : span.at + i)
      const opens = masks ? i === 0 : span.at + i === 0
      assert.strictEqual(columns.loss[place], opens || i < span.context ? 0 : 1)
      if (i >= span.context) seen[span.document]![span.from + i]!++
      learned[span.document]![span.from + i]! += columns.loss[place]!
    }
  }
  for (const [place, full] of filled.entries())
    if (full === 0)
      assert.deepStrictEqual(
        [columns.id[place], columns.segment[place], columns.position[place], columns.loss[place]],
        [padId, 0, 0, 0]
      )
  let cut = 0
  for (const [document, times] of seen.entries()) {
    const kept =
      settings.overflow === "cut" && settings.policy === "one" ? Math.min(T, times.length) : times.length
    cut += times.length - kept
    assert.isTrue(times.every((n, i) => n === (i < kept ? 1 : 0)))
    assert.isTrue(learned[document]!.every((n) => n <= 1))
  }
  assert.strictEqual(planner.cutTokens, cut)
  return { rows: columns.id.length / T, spans }
}

const settingsOf = (policy: PackingPolicy, contextLength: number, more: Partial<PackSettings> = {}) => ({
  policy,
  contextLength,
  overflow: "windows" as const,
  stride: 0,
  groupTokens: 2 ** 24,
  ...more
})

const int = (minimum: number, maximum: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))
/** Empty ones, ordinary ones, and some far longer than a row. */
const lengths = Arbitrary.map(
  Arbitrary.array(
    Arbitrary.schema(
      Schema.Struct({
        size: Schema.Literals([0, 1, 2, 9, 40, 300]),
        more: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 }))
      })
    ),
    {
      maxLength: 30
    }
  ),
  (parts) => parts.map(({ more, size }) => (size === 0 ? 0 : size + more))
)

describe.each(packingPolicies)("packing by %s", (policy) => {
  it.prop(
    "loses no token and has none twice, whatever the rows' length, the documents' and the groups'",
    [lengths, int(2, 70), int(1, 400), int(0, 1), int(0, 60)],
    ([documents, contextLength, groupTokens, masks, stride]) => {
      for (const overflow of ["windows", "cut"] as const)
        followBack(
          documents,
          settingsOf(policy, contextLength, { groupTokens, overflow, stride: stride % contextLength }),
          masks === 1
        )
    },
    { arbitrary: { runs: 80 } }
  )
})

describe("packing", () => {
  it("concatenates and cuts: only the last row has padding", () => {
    const { rows, spans } = followBack([5, 0, 9, 3], settingsOf("concatenate", 4), true)
    assert.strictEqual(rows, 5)
    assert.deepStrictEqual(
      spans.map(({ document, from, row, tokens }) => [row, document, from, tokens]),
      [[0, 0, 0, 4], [1, 0, 4, 1], [1, 2, 0, 3], [2, 2, 3, 4], [3, 2, 7, 2], [3, 3, 0, 2], [4, 3, 2, 1]] // prettier-ignore
    )
  })

  it("fits best: the fullest row that has room, the longest piece first", () => {
    // by hand: 8 and 7 open rows; 3 goes to 7 (room 3) rather than to 8 (room 2); 2 fills 8
    assert.deepStrictEqual([...bestFit(Uint32Array.of(2, 8, 3, 7), 10)], [0, 0, 1, 1])
    const { rows } = followBack([2, 8, 3, 7, 25], settingsOf("best-fit", 10), true)
    assert.strictEqual(rows, 5) // 25 = 10 + 10 + 5
  })

  it.prop(
    "best fit gives the rows of the plain algorithm",
    [Arbitrary.array(int(1, 30), { maxLength: 60 })],
    ([pieces]) => {
      const rooms: Array<number> = []
      for (const length of pieces.toSorted((a, b) => b - a)) {
        const fits = rooms.filter((room) => room >= length)
        if (fits.length === 0) rooms.push(30 - length)
        else rooms[rooms.indexOf(Math.min(...fits))]! -= length
      }
      const rowOf = bestFit(Uint32Array.from(pieces), 30)
      const filled = rooms.map(() => 30)
      for (const [piece, row] of rowOf.entries()) filled[row]! -= pieces[piece]!
      assert.deepStrictEqual(
        filled.toSorted((a, b) => a - b),
        rooms.toSorted((a, b) => a - b)
      )
    }
  )

  it("gives a document windows that overlap by the stride, and learns the overlap once", () => {
    const { spans } = followBack([10], settingsOf("one", 4, { stride: 1 }), true)
    assert.deepStrictEqual(
      spans.map(({ context, from, tokens }) => [from, tokens, context]),
      [[0, 4, 0], [3, 4, 1], [6, 4, 1]] // prettier-ignore
    )
  })
})

/** Documents of given lengths as the kind `tokens`, ids in batches of `batch`. */
const sealed = (documents: ReadonlyArray<number>, batch = 1000) => {
  const next = integers(3)
  const total = documents.reduce((sum, n) => sum + n, 0)
  const ids = Uint16Array.from({ length: total }, () => next(500))
  let start = 0
  return Effect.gen(function* () {
    const draft = yield* (yield* Store).draft(Tokens)
    for (let at = 0; at < total; at += batch)
      yield* draft.append("ids", {
        id: ids.slice(at, at + batch),
        offset: new Uint32Array(Math.min(batch, total - at))
      })
    yield* draft.append("documents", {
      id: documents.map((_, i) => `d${i}`),
      source: documents.map((_, i) => `file-${i}`),
      start: Uint32Array.from(documents, (n) => (start += n) - n),
      tokens: Uint32Array.from(documents),
      bytes: Uint32Array.from(documents, (n) => 4 * n)
    })
    yield* draft.describe({
      split: "train",
      vocabSize: 500,
      endOfTextId: 0,
      tokenizer: "abc",
      documents: documents.length,
      tokens: total,
      bytes: 4 * total
    })
    const { digest } = yield* (yield* Store).seal(draft)
    return { kind: "tokens", digest } satisfies ArtifactRef
  }).pipe(Effect.scoped)
}

const packedOf = Effect.fnUntraced(function* (tokens: ArtifactRef, config: unknown) {
  const { made } = yield* runStage(pack, config, { tokens })
  return yield* (yield* Store).open(Packed, made["packed"]!.digest)
})

describe("the stage", () => {
  it.effect.each(packingPolicies)("accounts for every token: %s", (policy) =>
    Effect.gen(function* () {
      const documents = [3, 0, 200, 17, 1, 64, 9]
      const artifact = yield* packedOf(yield* sealed(documents, 11), { policy, contextLength: 16 })
      const { contextTokens, cutTokens, lossTokens, padding, rows, tokens } = artifact.attributes
      const { loss, segment } = yield* artifact.read("tokens")
      assert.deepStrictEqual([tokens, cutTokens, contextTokens], [294, 0, 0])
      assert.strictEqual(rows * 16, tokens + padding)
      assert.strictEqual(segment.filter((n) => n === 0).length, padding)
      assert.strictEqual(
        loss.reduce((sum, n) => sum + n, 0),
        lossTokens
      )
      assert.deepStrictEqual([...(yield* artifact.read("documents")).tokens], documents)
    }).pipe(Effect.provide(store))
  )

  it.effect("says how much it cut", () =>
    Effect.gen(function* () {
      const config = { policy: "one", overflow: "cut", contextLength: 8 }
      const { attributes } = yield* packedOf(yield* sealed([3, 20, 8, 9]), config)
      const { cutDocuments, cutTokens, padding, rows, tokens } = attributes
      assert.deepStrictEqual([rows, tokens, padding, cutDocuments, cutTokens], [4, 27, 5, 2, 13])
    }).pipe(Effect.provide(store))
  )

  it.effect("gives the same digest however the ids lie in batches", () =>
    Effect.gen(function* () {
      const one = yield* packedOf(yield* sealed([30, 4, 90]), { contextLength: 8 })
      const other = yield* packedOf(yield* sealed([30, 4, 90], 7), { contextLength: 8 })
      assert.strictEqual(other.digest, one.digest)
    }).pipe(Effect.provide(store))
  )

  it.effect.each([
    ["no documents", [], {}, "NothingToLearn"],
    ["documents without a token", [0, 0], {}, "NothingToLearn"],
    ["tokens that nothing stands before", [1, 1, 1], {}, "NothingToLearn"],
    ["a stride as long as the row", [9], { policy: "one", contextLength: 8, stride: 8 }, "StrideTooLong"],
    ["a row of one token", [9], { contextLength: 1 }, "ConfigInvalid"]
  ] as const)("refuses %s", ([, documents, config, fact]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(runStage(pack, config, { tokens: yield* sealed(documents) }))
      assert.strictEqual(failure.fact, fact)
    }).pipe(Effect.provide(store))
  )
})

stageContract(pack, [
  {
    name: "best fit",
    config: { contextLength: 16 },
    inputs: {
      tokens: sample(Tokens, {
        attributes: {
          split: "train",
          vocabSize: 70_000,
          endOfTextId: 0,
          tokenizer: "abc",
          documents: 2,
          tokens: 40,
          bytes: 80
        },
        tables: {
          ids: { id: Uint32Array.from({ length: 40 }, (_, i) => i), offset: new Uint32Array(40) },
          documents: {
            id: ["a", "b"],
            source: ["a.txt", "b.txt"],
            start: Uint32Array.of(0, 15),
            tokens: Uint32Array.of(15, 25),
            bytes: Uint32Array.of(30, 50)
          }
        }
      })
    }
  }
])
