// The published vocabularies of OpenAI's models beside the two libraries that read the same rank files.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import { characterCases, closes, opens } from "../src/internal/CharacterCases.ts"
import { characterClasses, letter, number, space } from "../src/internal/CharacterClasses.ts"
import { parseRanks, rankEncodings } from "../src/tiktoken/RankFile.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, randomText } from "./texts.ts"

const names = ["r50k_base", "cl100k_base", "o200k_base"] as const
type Name = (typeof names)[number]

const library = path.join(
  path.dirname(createRequire(import.meta.url).resolve("gpt-tokenizer/package.json")),
  "data"
)
const rankFile = (name: Name) => path.join(library, `${name}.tiktoken`)
const read = (name: Name) =>
  Effect.runSync(parseRanks(fs.readFileSync(rankFile(name), "utf8"), rankEncodings[name], name))

const theirs = {
  r50k_base: () => import("gpt-tokenizer/encoding/r50k_base"),
  cl100k_base: () => import("gpt-tokenizer/encoding/cl100k_base"),
  o200k_base: () => import("gpt-tokenizer/encoding/o200k_base")
}

/** Words as people and programs write them, for the cases of letters. */
const cased = ["HTTPServer", "fooBar's", "ǅungla", "ΑΒγδ", "ʰʱA", "e\u0301Tat", "天Ab", "McDONALD'S", "x/\n/"]
const texts = (seed: number, count: number): ReadonlyArray<string> => {
  const next = integers(seed)
  return Array.from({ length: count }, () =>
    `${randomText(next)}${cased[next(cased.length)]!}${randomText(next)}`.toWellFormed()
  )
}

/** Long runs, and a mark in the text. */
const long = [`${" ".repeat(13)}a${" ".repeat(40)}\n\n\n   x`, "a".repeat(300), "<|endoftext|>"]

/** Does the engine's own Unicode, and JavaScript's `\s`, see a character as the published libraries do? */
const isSeenAlike = (character: string): boolean => {
  const point = character.codePointAt(0)!
  const known = characterClasses[point]
  const cases = characterCases[point]!
  return (
    /\p{L}/u.test(character) === (known === letter) &&
    /\p{N}/u.test(character) === (known === number) &&
    /\s/u.test(character) === (known === space) &&
    /[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]/u.test(character) === ((cases & opens) !== 0) &&
    /[\p{Ll}\p{Lm}\p{Lo}\p{M}]/u.test(character) === ((cases & closes) !== 0)
  )
}

describe.each(names)("%s", (name) => {
  const tokenizer = read(name)

  it("gives the ids that gpt-tokenizer gives for 1,000 random strings of every script, and the strings back", async () => {
    const { encode } = await theirs[name]()
    const random = texts(107, 1000).map((text) => Array.from(text).filter(isSeenAlike).join(""))
    const wrong = [...long, ...random].filter((text) => {
      const expected = encode(text, { disallowedSpecial: new Set() })
      return expected.join(" ") !== tokenizer.encode(text).join(" ") || tokenizer.decode(expected) !== text
    })
    assert.deepStrictEqual(wrong, [])
  })

  it.skipIf(noPeers !== "")(`gives the ids that tiktoken gives for 5,000 more${noPeers}`, () => {
    const strings = texts(109, 5000)
    const answer = askPeer(
      `import base64, tiktoken
from tiktoken_ext import openai_public
ranks = {base64.b64decode(t): int(r) for t, r in (l.split() for l in open(given["ranks"], "rb") if l.strip())}
openai_public.load_tiktoken_bpe = openai_public.data_gym_to_mergeable_bpe_ranks = lambda *_, **__: ranks
e = tiktoken.Encoding(**{**openai_public.ENCODING_CONSTRUCTORS[given["name"]](), "explicit_n_vocab": None})
answer = [" ".join(map(str, ids)) for ids in e.encode_ordinary_batch(given["strings"], num_threads=1)]`,
      { name, ranks: rankFile(name), strings }
    )
    const wrong = strings.filter(
      (text, i) => !Array.isArray(answer) || answer[i] !== tokenizer.encode(text).join(" ")
    )
    assert.deepStrictEqual(wrong, [])
  })
})
