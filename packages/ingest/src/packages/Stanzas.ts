// Debian's control files: stanzas of `Field: value` lines, parted by blank ones. Lines that begin with a blank go on with the field above.
import { Damage } from "../readers/Format.ts"

/** Fields by name; those of several lines keep their line ends. */
export type Stanza = ReadonlyMap<string, string>

/** A description of a package has a few thousand characters; above this the file is none of these. */
const mostChars = 2 ** 22

/** Throws `Damage` where a line is no field. */
export async function* stanzas(texts: AsyncIterable<string>): AsyncGenerator<Stanza> {
  let fields = new Map<string, string>()
  let field = ""
  let number = 0
  for await (const line of lines(texts)) {
    number++
    if (line.trim() === "") {
      if (fields.size > 0) yield fields
      fields = new Map()
      field = ""
      continue
    }
    if (/^[ \t]/u.test(line) && field !== "") {
      fields.set(field, `${fields.get(field) ?? ""}\n${line.slice(1)}`)
      continue
    }
    const colon = line.indexOf(":")
    if (colon <= 0 || /\s/u.test(line.slice(0, colon)))
      throw new Damage({
        place: "line",
        at: number,
        problem: `${number} is no field of a Debian control file`
      })
    field = line.slice(0, colon)
    fields.set(field, line.slice(colon + 1).trim())
  }
  if (fields.size > 0) yield fields
}

async function* lines(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ""
  for await (const text of texts) {
    const all = (rest + text).split("\n")
    rest = all.pop() ?? ""
    if (rest.length > mostChars)
      throw new Damage({ place: "the file", at: 0, problem: "has a line that no control file has" })
    yield* all.map((line) => line.replace(/\r$/u, ""))
  }
  if (rest !== "") yield rest
}

/** First line and the rest of a description: paragraphs are joined, lists keep their lines, ` .` parts paragraphs. */
export const descriptionOf = (value: string): { readonly summary: string; readonly text: string } => {
  const [summary = "", ...more] = value.split("\n")
  const paragraphs: Array<string> = [""]
  for (const line of more) {
    const last = paragraphs.at(-1) ?? ""
    if (line.trim() === ".") paragraphs.push("")
    else if (/^\s/u.test(line)) paragraphs[paragraphs.length - 1] = `${last}\n${line.trim()}`.trim()
    else paragraphs[paragraphs.length - 1] = `${last} ${line.trim()}`.trim()
  }
  return { summary: summary.trim(), text: paragraphs.filter((each) => each !== "").join("\n\n") }
}
