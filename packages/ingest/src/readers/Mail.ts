// Mails: a file each (.eml, maildir) or many in one (mbox). What is read is the subject and the text; attachments are not.
import { longest } from "../Cuts.ts"
import { htmlWhole } from "../Html.ts"
import { attribute, type Element } from "../html/Parse.ts"
import type { IngestConfig } from "../IngestConfig.ts"
import { type Format, type Named, nth, type Read, whole } from "./Format.ts"
import { mailsOf } from "./Mbox.ts"
import { newWords } from "./Quotes.ts"
import { Refusal } from "./Refusal.ts"

const latin1 = new TextDecoder("latin1")
/** with base64 and attachments; what is held of a mail while it is read */
export const mostMailBytes = 2 ** 26
/** people forward what was forwarded, but not so often */
const mostNesting = 32

const header =
  /^(?:return-path|received|delivered-to|from|to|date|subject|message-id|mime-version|reply-to|dkim-signature|x-[\w-]+|arc-[\w-]+|authentication-results|content-type|list-[\w-]+|envelope-to|user-agent|in-reply-to|references|sender):/iu
const headers = /^(?:from|date|subject|received|message-id):/gimu
const envelope = /^From \S+.*\d{1,2}:\d{2}/u

/** Mails in a maildir have no extension of ours; they are known by how they begin. */
export const mail: Format = {
  extensions: [".eml", ".msg.txt"],
  media: ["message/rfc822"],
  recognises: (head) => {
    const text = latin1.decode(head.subarray(0, 8192))
    return header.test(text) && (text.split(/\r?\n\r?\n/u, 1)[0]?.match(headers)?.length ?? 0) >= 2
  },
  read: async function* (input, config) {
    yield [await documentOf(await input.whole(mostMailBytes), whole(input.name), config)]
  }
}

export const mbox: Format = {
  extensions: [".mbox", ".mbx"],
  media: ["application/mbox"],
  recognises: (head) => envelope.test(latin1.decode(head.subarray(0, 512))),
  read: async function* (input, config) {
    let count = 0
    for await (const { bytes, length } of mailsOf(input.chunks(), mostMailBytes)) {
      const place = nth(input.name, ++count)
      yield [
        length > bytes.length
          ? { kind: "refused", ...place, rule: "maxBytes", value: length, threshold: mostMailBytes, text: "" }
          : await documentOf(bytes, place, config)
      ]
    }
  }
}

const documentOf = async (
  bytes: Uint8Array<ArrayBuffer>,
  place: Named,
  config: IngestConfig
): Promise<Read> => {
  try {
    const { text, title, group } = await mailText(bytes, config)
    const value = text.length
    const threshold = longest(config.cuts)
    if (value > threshold) throw new Refusal("maxChars", { value, threshold })
    return { kind: "found", ...place, text, title, group, lang: undefined }
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem
    const { rule, value, threshold } = problem
    return { kind: "refused", ...place, rule, value, threshold, text: latin1.decode(bytes.subarray(0, 400)) }
  }
}

interface MailText {
  readonly text: string
  readonly title: string
  /** the first mail of the conversation, so that its answers stay on the same side of a split */
  readonly group: string | undefined
}

/** What was said in a mail, without what it repeats. */
export const mailText = async (
  bytes: Uint8Array<ArrayBuffer>,
  { mail: wanted }: Pick<IngestConfig, "mail">
): Promise<MailText> => {
  const { default: PostalMime } = await import("postal-mime")
  const email = await PostalMime.parse(bytes, { maxNestingDepth: mostNesting }).catch((problem: unknown) => {
    // too many headers or parts; it refuses nothing else
    throw problem instanceof Error && !(problem instanceof TypeError || problem instanceof RangeError)
      ? new Refusal("mail-structure")
      : problem
  })
  const plain = email.text ?? ""
  const quotes = wanted.quotes === "keep"
  const body =
    plain.trim() === "" && email.html !== undefined
      ? htmlWhole(email.html, quotes ? undefined : isQuote).text
      : plain
  const said = newWords(body.replace(/\r\n?/gu, "\n"), wanted)
  const title = (email.subject ?? "").replace(/\s+/gu, " ").trim()
  const references = `${email.references ?? ""} ${email.inReplyTo ?? ""} ${email.messageId ?? ""}`
  return {
    text: wanted.subject === "keep" && title !== "" ? `${title}\n\n${said}` : said,
    title,
    group: /<[^<>\s]{3,250}>/u.exec(references)?.[0]
  }
}

/** Classes of the parts that mail programs put quoted mails into. */
const quoteClasses: ReadonlySet<string> = new Set([
  "gmail_quote",
  "gmail_extra",
  "moz-cite-prefix",
  "yahoo_quoted",
  "outlookmessageheader"
])
const isQuote = (element: Element): boolean =>
  (element.tagName === "blockquote" && attribute(element, "type")?.toLowerCase() === "cite") ||
  (attribute(element, "class") ?? "").split(/\s+/u).some((name) => quoteClasses.has(name.toLowerCase()))
