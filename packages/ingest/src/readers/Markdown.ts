import { markdownPage } from "../Markdown.ts"
import type { Format } from "./Format.ts"
import { pieces } from "./Text.ts"

export const markdown: Format = {
  extensions: [".md", ".markdown"],
  media: ["text/markdown"],
  read: (input, config) => {
    // front matter is about the whole file, also about its later pieces
    let about: Omit<ReturnType<typeof markdownPage>, "text"> | undefined
    return pieces(input, config, {
      split: config.split,
      plain: (piece) => {
        const { text, ...own } = markdownPage(piece)
        about ??= own
        return { text, ...about }
      }
    })
  }
}
