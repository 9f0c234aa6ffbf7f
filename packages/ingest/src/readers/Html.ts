import { longest } from "../Cuts.ts"
import { htmlPage } from "../Html.ts"
import { Cutter } from "./Cutter.ts"
import { type Format, whole } from "./Format.ts"
import { charsetInPage, documentsOf } from "./Page.ts"
import { urlOf } from "./Sitemap.ts"
import { texts } from "./Texts.ts"

const start = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/iu

/** A page can only be cut once its text is there, so it is held whole, up to the longest document. */
export const html: Format = {
  extensions: [".html", ".htm", ".xhtml"],
  media: ["text/html", "application/xhtml+xml"],
  recognises: (head) => start.test(new TextDecoder().decode(head.subarray(0, 4096))),
  read: async function* (input, config) {
    const limit = longest(config.cuts)
    const cutter = new Cutter("whole", limit)
    for await (const text of texts(input, config, charsetInPage)) cutter.push(text)
    const url = await urlOf(input, config)
    for (const { text, tooLong } of cutter.end()) {
      yield tooLong === undefined
        ? documentsOf(htmlPage(text), { name: input.name, url }, config)
        : [
            {
              kind: "refused",
              ...whole(input.name),
              rule: "maxChars",
              value: tooLong,
              threshold: limit,
              text
            }
          ]
    }
  }
}
