import { markdownText } from "../Markdown.ts"
import type { Format } from "./Format.ts"
import { pieces } from "./Text.ts"

export const markdown: Format = {
  extensions: [".md", ".markdown"],
  media: ["text/markdown"],
  read: (input, config) =>
    pieces(input, config, { split: config.split, plain: (piece) => [markdownText(piece)] })
}
