// Data that looks like what a training is given, for a probe before there is any: tokens drawn at random, every row as long as
// rows may be and learned in all its places.
import { type ArtifactRef, Packed, Pairs, pairTasks, Store, Tokenizer, Tokens } from "@inkstone/artifact"
import { Effect } from "effect"
import type { MadeUp } from "./ProbeJob.ts"

/** What the data must agree on with artifacts that are there. */
interface Agreed {
  readonly vocabSize: number
  /** logical digest */
  readonly tokenizer: string
}

/** The last ids of a made-up vocabulary stand for no text. */
const special = (vocabSize: number) => ({
  endOfText: vocabSize - 1,
  mask: vocabSize - 2,
  pad: vocabSize - 3,
  cls: vocabSize - 4,
  sep: vocabSize - 5,
  unk: vocabSize - 6
})
const specials = 6
/** as many as T5 has */
const sentinels = 100

/** Tokens that stand for text. */
const drawn = (count: number, vocabSize: number): Uint16Array | Uint32Array => {
  const ids = vocabSize > 2 ** 16 ? new Uint32Array(count) : new Uint16Array(count)
  const below = Math.max(1, vocabSize - specials - sentinels)
  let state = 1
  for (let i = 0; i < count; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    ids[i] = Math.floor((state / 2 ** 32) * below)
  }
  return ids
}

const tokenizer = Effect.fnUntraced(function* (vocabSize: number) {
  const store = yield* Store
  const { cls, endOfText, mask, pad, sep, unk } = special(vocabSize)
  const draft = yield* store.draft(Tokenizer)
  const names = [
    ...Array.from(
      { length: sentinels },
      (_, i) => [vocabSize - specials - 1 - i, `<extra_id_${i}>`] as const
    ),
    ...Object.entries(special(vocabSize)).map(([name, id]) => [id, `<${name}>`] as const)
  ].filter(([id]) => id >= 0)
  const added = names.map(([id, content]) => ({ id, content, special: true }))
  yield* draft.append("files", {
    name: ["tokenizer.json"],
    content: [JSON.stringify({ added_tokens: added })]
  })
  yield* draft.append("pieces", {
    id: Uint32Array.from({ length: vocabSize }, (_, id) => id),
    piece: Array.from({ length: vocabSize }, () => Uint8Array.of(97))
  })
  yield* draft.describe({
    type: "byte",
    vocabSize,
    endOfTextId: endOfText,
    special: { bos: -1, pad, unk, cls, sep, mask },
    trainedOnBytes: 0
  })
  return yield* store.seal(draft)
}, Effect.scoped)

/** Windows are cut out of it, so it is one document. */
const tokens = Effect.fnUntraced(function* (split: string, made: MadeUp, agreed: Agreed) {
  const store = yield* Store
  const { vocabSize } = agreed
  const count = made.rows * (made.contextLength + 1)
  const draft = yield* store.draft(Tokens)
  yield* draft.append("ids", { id: drawn(count, vocabSize), offset: new Uint32Array(count) })
  yield* draft.append("documents", {
    id: [split],
    source: ["made up"],
    start: Uint32Array.of(0),
    tokens: Uint32Array.of(count),
    bytes: Uint32Array.of(4 * count)
  })
  const endOfTextId = special(vocabSize).endOfText
  yield* draft.describe({ ...agreed, split, endOfTextId, documents: 1, tokens: count, bytes: 4 * count })
  return yield* store.seal(draft)
}, Effect.scoped)

const packed = Effect.fnUntraced(function* (split: string, made: MadeUp, agreed: Agreed) {
  const store = yield* Store
  const { contextLength, rows } = made
  const { vocabSize } = agreed
  const count = rows * contextLength
  const draft = yield* store.draft(Packed)
  yield* draft.append("tokens", {
    id: drawn(count, vocabSize),
    segment: new Uint16Array(count).fill(1),
    position: Uint16Array.from({ length: count }, (_, i) => i % contextLength),
    loss: new Uint8Array(count).fill(1)
  })
  const { endOfText, pad } = special(vocabSize)
  yield* draft.describe({
    ...agreed,
    policy: "concatenate",
    split,
    contextLength,
    rows,
    documents: rows,
    bytes: 4 * count,
    tokens: count,
    contextTokens: 0,
    padding: 0,
    lossTokens: count,
    cutDocuments: 0,
    cutTokens: 0,
    endOfTextId: endOfText,
    padId: pad
  })
  return yield* store.seal(draft)
}, Effect.scoped)

const pairs = Effect.fnUntraced(function* (split: string, made: MadeUp, agreed: Agreed) {
  const store = yield* Store
  const task = pairTasks.find((one) => one === made.task) ?? "classification"
  const { inputLength, rows } = made
  const targetLength = task === "text-to-text" ? made.targetLength : 0
  const [read, written] = [rows * inputLength, rows * targetLength]
  const { vocabSize } = agreed
  const draft = yield* store.draft(Pairs)
  yield* draft.append("inputs", { id: drawn(read, vocabSize), segment: new Uint8Array(read) })
  yield* draft.append("targets", { id: drawn(written, vocabSize) })
  if (task === "token-classification") yield* draft.append("tags", { label: new Int32Array(read) })
  const each = (length: number) => Uint32Array.from({ length: rows }, (_, row) => row * length)
  yield* draft.append("pairs", {
    id: Array.from({ length: rows }, (_, row) => `${row}`),
    source: Array.from({ length: rows }, () => "made up"),
    input: each(inputLength),
    inputTokens: new Uint32Array(rows).fill(inputLength),
    target: each(targetLength),
    targetTokens: new Uint32Array(rows).fill(targetLength),
    label: new Int32Array(rows).fill(task === "classification" ? 0 : -1),
    answerStart: new Int32Array(rows).fill(task === "question-answering" ? 0 : -1),
    answerEnd: new Int32Array(rows).fill(task === "question-answering" ? 0 : -1),
    value: new Float64Array(rows)
  })
  yield* draft.append("labels", { name: ["one", "two"] })
  const { endOfText, pad } = special(vocabSize)
  yield* draft.describe({
    ...agreed,
    task,
    split,
    examples: rows,
    rows,
    inputTokens: read,
    targetTokens: written,
    inputLength,
    targetLength,
    targetBytes: 4 * written,
    endOfTextId: endOfText,
    padId: pad
  })
  return yield* store.seal(draft)
}, Effect.scoped)

/** Kinds that can be made up. */
export const kinds: ReadonlyArray<string> = [Tokens.name, Packed.name, Pairs.name, Tokenizer.name]

/** Seals what is asked for; `known` is what artifacts that are there say of the tokens. */
export const make = Effect.fn("MadeUp.make")(function* (made: MadeUp, known: Agreed | undefined) {
  const stand = { vocabSize: known?.vocabSize ?? made.vocabSize, tokenizer: known?.tokenizer ?? "" }
  const own = Object.values(made.ports).includes(Tokenizer.name)
    ? yield* tokenizer(stand.vocabSize)
    : undefined
  const agreed = { ...stand, tokenizer: own?.digest ?? stand.tokenizer }
  const sealed: Record<string, ArtifactRef> = {}
  for (const [port, kind] of Object.entries(made.ports)) {
    const artifact =
      kind === Tokenizer.name
        ? own
        : yield* kind === Packed.name
            ? packed(port, made, agreed)
            : kind === Pairs.name
              ? pairs(port, made, agreed)
              : tokens(port, made, agreed)
    if (artifact !== undefined) sealed[port] = { kind: artifact.kind, digest: artifact.digest }
  }
  return sealed
})
