// Where evaluation items come from: documents, one item each, and examples, whose parts are looked for one by one and together.
import type { Artifact, Documents, Examples } from "@inkstone/artifact"
import { Effect, Stream } from "effect"
import { hasWords } from "../Script.ts"
import type { DecontaminateConfig } from "./DecontaminateConfig.ts"
import type { EvaluationItems } from "./EvaluationItems.ts"

interface Source<A> {
  readonly set: string
  readonly artifact: A
  readonly items: EvaluationItems
  readonly config: DecontaminateConfig
}

export const fromDocuments = ({ artifact, config, items, set }: Source<Artifact<typeof Documents>>) => {
  const wanted = new Set<string>(config.setSplits)
  return artifact.batches("documents").pipe(
    Stream.runForEach(({ id, script, split, text }) =>
      Effect.sync(() => {
        for (const [i, one] of text.entries()) {
          if (!wanted.has(split[i]!)) continue
          items.add({ set, id: id[i]!, texts: [{ text: one, spaced: hasWords(script[i]!) }] })
        }
      })
    )
  )
}

/** A question may stand in a text without its answer, and an answer behind its question. The set is held whole meanwhile. */
export const fromExamples = Effect.fnUntraced(function* ({
  artifact,
  config,
  items,
  set
}: Source<Artifact<typeof Examples>>) {
  const { first, id, parts, split } = yield* artifact.read("examples")
  const { name, text } = yield* artifact.read("parts")
  const wanted = new Set<string>(config.setSplits)
  const named = (part: number) => config.parts.length === 0 || config.parts.includes(name[part] ?? "")
  for (const [i, begin] of first.entries()) {
    if (!wanted.has(split[i]!)) continue
    const own = Array.from({ length: parts[i]! }, (_, n) => begin + n).filter(named)
    const texts = own.map((part) => ({ text: text[part] ?? "", spaced: undefined }))
    const all = { text: texts.map(({ text }) => text).join("\n"), spaced: undefined }
    items.add({ set, id: id[i]!, texts: texts.length > 1 ? [...texts, all] : texts })
  }
})
