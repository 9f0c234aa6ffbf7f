import { longest } from "../Cuts.ts"
import { htmlText } from "../Html.ts"
import { Cutter } from "./Cutter.ts"
import type { Format } from "./Format.ts"
import { pieces } from "./Text.ts"

const declaration = /<meta[^>]{1,200}charset\s*=\s*["']?\s*([\w.:-]+)/iu
const start = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/iu

/** A page can only be cut once its text is there, so it is held whole, up to the longest document. */
export const html: Format = {
  extensions: [".html", ".htm", ".xhtml"],
  media: ["text/html", "application/xhtml+xml"],
  recognises: (head) => start.test(new TextDecoder().decode(head.subarray(0, 4096))),
  read: (input, config) =>
    pieces(input, config, {
      split: "whole",
      plain: (page) => {
        const cutter = new Cutter(config.split, longest(config.cuts))
        return [...cutter.push(htmlText(page)), ...cutter.end()].map((piece) => piece.text)
      },
      declaration
    })
}
