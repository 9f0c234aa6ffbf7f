// One tokenizer on both sides: every string encoded and decoded, and the first difference made as short as it goes.
import { TextTokenizer } from "@inkstone/tokenizer"
import { Effect, Schema } from "effect"
import type { Peer } from "../bench/Peer.ts"

/** How the other side opens a file. */
export interface PeerFile {
  readonly format: "tokenizers" | "sentencepiece" | "tiktoken"
  readonly path: string
  /** of tiktoken, whose files do not say it */
  readonly pattern?: "cl100k" | "o200k"
}

const Row = Schema.Struct({
  /** ids of the text alone, marks in it being text */
  plain: Schema.Array(Schema.Int),
  /** these decoded */
  text: Schema.String,
  /** ids, kinds and places (code points) with marks seen and the template's tokens around it */
  ids: Schema.optionalKey(Schema.Array(Schema.Int)),
  types: Schema.optionalKey(Schema.Array(Schema.Int)),
  offsets: Schema.optionalKey(Schema.Array(Schema.Int)),
  /** these decoded, special tokens too */
  whole: Schema.optionalKey(Schema.String)
})
type Row = typeof Row.Type
const decodeAnswer = Schema.decodeUnknownSync(
  Schema.Union([Schema.Struct({ rows: Schema.Array(Row) }), Schema.Struct({ refused: Schema.String })])
)

/** What is compared, in the order in which a difference is told. */
const aspects = ["plain", "text", "ids", "types", "offsets", "whole"] as const
export type Aspect = (typeof aspects)[number]

export interface Difference {
  readonly aspect: Aspect
  readonly text: string
  readonly ours: string
  readonly theirs: string
}

export interface Comparison {
  readonly strings: number
  /** strings that differ, by what differs in them; those with no difference have no entry */
  readonly counts: Partial<Record<Aspect, number>>
  /** strings that are equal in all that must be equal */
  readonly equal: number
  readonly first: ReadonlyArray<Difference>
  /** the file cannot be opened by one side */
  readonly refused?: string
}

/** Ours: a tokenizer of parts, or one that is only a file's own. */
export interface Codec {
  encode(text: string): Uint32Array
  decode(ids: ArrayLike<number>): string
}

const rowOf = (tokenizer: Codec, text: string, full: boolean): Row => {
  const plain = Array.from(tokenizer.encode(text))
  const row = { plain, text: tokenizer.decode(plain) }
  if (!full || !(tokenizer instanceof TextTokenizer)) return row
  const options = { truncation: null, padding: null }
  const { charOffsets, ids, typeIds } = Effect.runSync(tokenizer.encoding(text, options))
  return {
    ...row,
    ids: [...ids],
    types: [...typeIds],
    offsets: [...charOffsets],
    whole: tokenizer.decode(ids, { specialTokens: true })
  }
}

const saying = (value: Row[Aspect]) => JSON.stringify(value) ?? ""

const differing = (ours: Row, theirs: Row): ReadonlyArray<Aspect> =>
  aspects.filter(
    (aspect) =>
      theirs[aspect] !== undefined &&
      ours[aspect] !== undefined &&
      saying(ours[aspect]) !== saying(theirs[aspect])
  )

/**
 * Hugging Face's `Precompiled` forgets characters that it leaves out at the start of a text, and says of all behind them that they
 * stand earlier than they do (`precompiled.rs`: "this seems broken"). Ours are where they are; the difference is told, and is none.
 */
const offsetsNotTheirs = (tokenizer: Codec): boolean =>
  tokenizer instanceof TextTokenizer &&
  JSON.stringify(tokenizer.parts.normalizer?.json ?? null).includes('"Precompiled"')

export interface Sides {
  readonly tokenizer: Codec
  readonly peer: Peer
  readonly file: PeerFile
}

const ask = async ({ file, peer }: Sides, strings: ReadonlyArray<string>) =>
  decodeAnswer(await peer.ask({ work: "encode", ...file, strings }))

/** At most this many differences are shown. */
const mostShown = 3
/** At once, so that neither side holds all the answers. */
const batch = 2000

/** Compares all strings; `shown` differences at most are told, each made as short as it goes. */
export const compare = async (sides: Sides, strings: ReadonlyArray<string>): Promise<Comparison> => {
  const counts: Partial<Record<Aspect, number>> = {}
  const first: Array<Difference> = []
  const forgiven = offsetsNotTheirs(sides.tokenizer)
  let equal = 0
  for (let from = 0; from < strings.length; from += batch) {
    const part = strings.slice(from, from + batch)
    const answer = await ask(sides, part)
    if ("refused" in answer)
      return { strings: strings.length, counts, equal: 0, first, refused: answer.refused }
    for (const [i, theirs] of answer.rows.entries()) {
      const text = part[i] ?? ""
      const wrong = differing(rowOf(sides.tokenizer, text, theirs.ids !== undefined), theirs)
      for (const aspect of wrong) counts[aspect] = (counts[aspect] ?? 0) + 1
      const aspect = wrong.find((each) => each !== "offsets" || !forgiven)
      if (aspect === undefined) equal++
      else if (first.length < mostShown) first.push(await shortest(sides, text, aspect))
    }
  }
  return { strings: strings.length, counts, equal, first }
}

/** Takes out ever smaller parts of the string while the two still differ in this. */
const shortest = async (sides: Sides, text: string, aspect: Aspect): Promise<Difference> => {
  let characters = Array.from(text)
  for (let size = characters.length >> 1; size > 0;) {
    const smaller = Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
      characters.toSpliced(i * size, size)
    )
    const answer = await ask(
      sides,
      smaller.map((each) => each.join(""))
    )
    if ("refused" in answer) break
    const found = answer.rows.findIndex((theirs, i) =>
      differing(
        rowOf(sides.tokenizer, smaller[i]?.join("") ?? "", theirs.ids !== undefined),
        theirs
      ).includes(aspect)
    )
    if (found >= 0) characters = smaller[found] ?? characters
    size = found >= 0 ? Math.min(size, characters.length >> 1) : size >> 1
  }
  const least = characters.join("")
  const answer = await ask(sides, [least])
  const theirs = "rows" in answer ? answer.rows[0] : undefined
  const ours = rowOf(sides.tokenizer, least, theirs?.ids !== undefined)
  return {
    aspect,
    text: least,
    ours: saying(ours[aspect]),
    theirs: theirs === undefined ? "" : saying(theirs[aspect])
  }
}
