// From a file to the documents in it, a few at a time.
import type { SourceFile } from "@inkstone/stage"
import type { IngestConfig } from "./IngestConfig.ts"
import { type Broken, Damage, type Read, type Refused, whole } from "./readers/Format.ts"
import { formatOf, formats } from "./readers/formats.ts"
import { Input } from "./readers/Input.ts"
import { Refusal } from "./readers/Refusal.ts"

/** What was found, and how many bytes of the file were read for it. */
export interface Batch<Item = Read> {
  readonly reads: ReadonlyArray<Item>
  readonly bytes: number
}

/** Most bytes of a file's beginning that are shown of what is no text. */
const shownBytes = 400

/** Rejects with Node's error if the file cannot be read; whatever else is wrong with it is an item. */
export const read = (file: SourceFile, config: IngestConfig): AsyncGenerator<Batch> =>
  readItems<Read>(file, config, (input) => {
    const format = config.format === "auto" ? formatOf(input.extension, input.head) : config.format
    return formats[format].read(input, config)
  })

/** The same for whatever `items` finds in the file. */
export async function* readItems<Item>(
  file: SourceFile,
  { limits }: Pick<IngestConfig, "limits">,
  items: (input: Input) => AsyncGenerator<ReadonlyArray<Item>>
): AsyncGenerator<Batch<Item | Refused | Broken>> {
  const input = await Input.of(file, limits)
  let done = 0
  const batch = <A>(reads: ReadonlyArray<A>): Batch<A> => {
    const bytes = Math.max(0, input.position - done)
    done += bytes
    return { reads, bytes }
  }
  try {
    for await (const reads of items(input)) yield batch(reads)
  } catch (problem) {
    yield batch([problemWith(input, problem)])
  }
}

const problemWith = ({ name, head }: Input, problem: unknown): Refused | Broken => {
  const text = new TextDecoder("latin1").decode(head.subarray(0, shownBytes))
  if (problem instanceof Refusal) {
    const { rule, value, threshold } = problem
    return { kind: "refused", ...whole(name), rule, value, threshold, text }
  }
  if (problem instanceof Damage) {
    const { place, at } = problem
    return { kind: "broken", ...whole(name), place, at, problem: problem.problem, text }
  }
  throw problem
}
