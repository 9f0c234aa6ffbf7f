// One tokenizer on both sides: every string encoded and decoded, and the first difference made as short as it goes.
import type { TextTokenizer } from "@inkstone/tokenizer"
import { Schema } from "effect"
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
export const aspects = ["plain", "text", "ids", "types", "offsets", "whole"] as const
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
  /** strings that are equal in all that was compared */
  readonly equal: number
  readonly first: ReadonlyArray<Difference>
  /** the file cannot be opened by one side */
  readonly refused?: string
}

const rowOf = (tokenizer: TextTokenizer, text: string): Row => {
  const plain = Array.from(tokenizer.encode(text))
  return { plain, text: tokenizer.decode(plain) }
}

const saying = (value: Row[Aspect]) => JSON.stringify(value) ?? ""

const differing = (ours: Row, theirs: Row): ReadonlyArray<Aspect> =>
  aspects.filter(
    (aspect) =>
      theirs[aspect] !== undefined &&
      ours[aspect] !== undefined &&
      saying(ours[aspect]) !== saying(theirs[aspect])
  )

export interface Sides {
  readonly tokenizer: TextTokenizer
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
  let equal = 0
  for (let from = 0; from < strings.length; from += batch) {
    const part = strings.slice(from, from + batch)
    const answer = await ask(sides, part)
    if ("refused" in answer)
      return { strings: strings.length, counts, equal: 0, first, refused: answer.refused }
    for (const [i, theirs] of answer.rows.entries()) {
      const text = part[i] ?? ""
      const wrong = differing(rowOf(sides.tokenizer, text), theirs)
      for (const aspect of wrong) counts[aspect] = (counts[aspect] ?? 0) + 1
      const [aspect] = wrong
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
      differing(rowOf(sides.tokenizer, smaller[i]?.join("") ?? ""), theirs).includes(aspect)
    )
    if (found >= 0) characters = smaller[found] ?? characters
    size = found >= 0 ? Math.min(size, characters.length >> 1) : size >> 1
  }
  const least = characters.join("")
  const answer = await ask(sides, [least])
  const theirs = "rows" in answer ? answer.rows[0] : undefined
  const ours = rowOf(sides.tokenizer, least)
  return {
    aspect,
    text: least,
    ours: saying(ours[aspect]),
    theirs: theirs === undefined ? "" : saying(theirs[aspect])
  }
}
