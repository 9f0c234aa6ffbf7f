// Small corpora of the kind `documents` for the stages that take them, and what the stages made of them.
import { Documents, Store } from "@inkstone/artifact"
import type { Sample } from "@inkstone/stage/testkit"
import { Effect } from "effect"

export interface Text {
  readonly id: string
  readonly text: string
  readonly split?: string
  readonly script?: string
}

export const corpus = (
  texts: ReadonlyArray<Text>,
  { batch = 1000, label = "corpus" }: { readonly batch?: number; readonly label?: string } = {}
): Sample => ({
  label,
  make: Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(Documents)
    for (let from = 0; from < texts.length; from += batch) {
      const some = texts.slice(from, from + batch)
      const none = some.map(() => "")
      yield* draft.append("documents", {
        id: some.map(({ id }) => id),
        source: some.map(({ id }) => `${id}.txt`),
        lang: some.map(() => "und"),
        script: some.map(({ script }) => script ?? "Latn"),
        split: some.map(({ split }) => split ?? "train"),
        licence: none,
        group: none,
        bytes: Uint32Array.from(some, ({ text }) => Buffer.byteLength(text)),
        text: some.map(({ text }) => text)
      })
    }
    const bytes = texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    yield* draft.describe({ documents: texts.length, bytes, splits: {}, description: "d", licence: "l" })
    const { digest } = yield* store.seal(draft)
    return { kind: Documents.name, digest }
  }).pipe(Effect.scoped)
})

/** Random numbers of a seed (mulberry32), so that a failing test fails again. */
export const random = (seed: number) => {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
    const all = [...items]
    for (let i = all.length - 1; i > 0; i--) {
      const j = below(i + 1)
      ;[all[i], all[j]] = [all[j]!, all[i]!]
    }
    return all
  }
  return { next, below, shuffled }
}

/** The n-th word: letters only, since numbers are all alike to the comparison. */
export const word = (n: number): string =>
  Array.from(n.toString(26), (digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join("")

/** Words that mean nothing. */
export const sentence = ({ below }: ReturnType<typeof random>, words: number): ReadonlyArray<string> =>
  Array.from({ length: words }, () => word(below(5000)))
