// Markdown as the text a reader sees: without front matter, markers, link targets and comments.

const frontMatter =
  /^\uFEFF?(?:---\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)|\+\+\+\r?\n[\s\S]*?\r?\n\+\+\+)[ \t]*(?:\r?\n|$)/u
const comment = /<!--[\s\S]*?-->/gu
const fence = /^ {0,3}(`{3,}|~{3,})/u
const definition = /^ {0,3}\[[^\]]+\]:\s+\S+.*$/u
const heading = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/u
const underline = /^ {0,3}(?:=+|-{2,})[ \t]*$/u
const rule = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/u
const quote = /^ {0,3}(?:>[ \t]?)+/u

// Order matters: an image inside a link is gone before the link is looked at.
const inline: ReadonlyArray<readonly [RegExp, string]> = [
  [/!\[([^\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+"[^"]*")?\)|\[[^\]]*\])/gu, "$1"],
  [/\[([^\]]+)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+"[^"]*")?\)|\[[^\]]*\])/gu, "$1"],
  [/<((?:https?|mailto):[^\s>]+)>/gu, "$1"],
  [/<\/?[a-zA-Z][a-zA-Z0-9-]*(?:\s[^<>]*)?\/?>/gu, ""],
  [/(\*\*\*|\*\*|\*|~~)(?=\S)([^*~\n]+?)(?<=\S)\1/gu, "$2"],
  [/(?<![\p{L}\p{N}_])(__|_)(?=\S)([^_\n]+?)(?<=\S)\1(?![\p{L}\p{N}_])/gu, "$2"]
]

// Code and escaped characters are no markup; while markers are taken out, a number between two U+FFFC stands for them.
const stand = "\uFFFC"
const protectedText = /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)|\\([!-/:-@[-`{-~])|\uFFFC/gu
const standIn = /\uFFFC(\d+)\uFFFC/gu

/** Code blocks keep their text as it is; everything else loses its markers. */
export const markdownText = (markdown: string): string => {
  const lines = markdown
    .replace(frontMatter, "")
    .replace(comment, "")
    .split(/\r\n|\n|\r/u)
  const out: Array<string> = []
  let open: string | undefined
  for (const line of lines) {
    const marker = fence.exec(line)?.[1]
    if (open !== undefined) {
      if (marker?.startsWith(open) === true && line.trim() === marker) open = undefined
      else out.push(line)
    } else if (marker !== undefined) open = marker
    else if (!definition.test(line) && !rule.test(line) && !underlines(line, out.at(-1))) {
      const bare = line.replace(quote, "")
      out.push(plain(heading.exec(bare)?.[1] ?? bare))
    }
  }
  return out.join("\n")
}

/** `---` below a line makes it a heading; below a blank line it is a rule. Neither is text. */
const underlines = (line: string, above: string | undefined): boolean =>
  underline.test(line) && (line.includes("-") || (above ?? "").trim() !== "")

const plain = (line: string): string => {
  const verbatim: Array<string> = []
  let text = line.replace(protectedText, (found, _ticks, code?: string, escaped?: string) => {
    verbatim.push(code ?? escaped ?? found)
    return `${stand}${verbatim.length - 1}${stand}`
  })
  for (const [pattern, by] of inline) text = text.replace(pattern, by)
  return text.replace(standIn, (_, index: string) => verbatim[Number(index)] ?? "")
}
