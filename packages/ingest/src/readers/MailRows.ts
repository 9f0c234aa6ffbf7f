// A mail as a record: subject, what was said, headers. Where it lies often says what it is, such as `spam/0001.eml`.
import { codePoints } from "./Bounded.ts"
import { mail, mailText, mostMailBytes } from "./Mail.ts"
import { type RowFormat, rowFormat } from "./Records.ts"
import { Refusal } from "./Refusal.ts"

const latin1 = new TextDecoder("latin1")

/**
 * Fields: `text` (subject and body), `subject`, `body`, `headers` (raw), and `group`, the first mail of the conversation. What a mail
 * repeats of others, and signatures, are left out, but where nothing else is left.
 */
export const mailRows: RowFormat = {
  ...rowFormat({
    extensions: mail.extensions,
    ...(mail.media === undefined ? {} : { media: mail.media }),
    ...(mail.recognises === undefined ? {} : { recognises: mail.recognises }),
    rows: async function* (input, { maxChars }) {
      const bytes = await input.whole(mostMailBytes)
      const raw = latin1.decode(bytes)
      const said = await mailText(bytes, { mail: { subject: "drop", quotes: "drop", signatures: "drop" } })
      const { group, title: subject } = said
      const body =
        said.text.trim() === ""
          ? (await mailText(bytes, { mail: { subject: "drop", quotes: "keep", signatures: "keep" } })).text
          : said.text
      const value = codePoints(body)
      if (value > maxChars) throw new Refusal("maxChars", { value, threshold: maxChars })
      const headers = raw.split(/\r?\n\r?\n/u, 1)[0] ?? ""
      const text = subject === "" ? body : `${subject}\n\n${body}`
      yield [
        { kind: "row", unit: "mail", at: 1, fields: { text, subject, body, headers, group: group ?? "" } }
      ]
    }
  })
}
