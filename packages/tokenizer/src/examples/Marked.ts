// Text of which it is known which special tokens in it are marks, and which parts are to be learned.

/** A special token where `mark`, else text in which nothing is a mark. */
export interface Stretch {
  readonly text: string
  readonly mark: boolean
  /** parts to be learned, in UTF-16 units, in order */
  readonly learned: ReadonlyArray<readonly [from: number, to: number]>
}

/** Signs that stand in a rendered text for what cannot be seen in it. */
export interface Signs {
  /** before and behind what is to be learned */
  readonly begin: string
  readonly end: string
  /** inside a special token that was written by a user */
  readonly defused: string
}

/** Three characters that occur in none of the texts: noncharacters, or else private ones. */
export const signsFor = (texts: ReadonlyArray<string>): Signs | undefined => {
  const free = candidates.filter((each) => !texts.some((text) => text.includes(each)))
  const [begin, end, defused] = free
  return begin === undefined || end === undefined || defused === undefined
    ? undefined
    : { begin, end, defused }
}

const codes = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => String.fromCharCode(from + i))
const candidates = [...codes(0xfdd0, 32), ...codes(0xe000, 256)]

/** Text in which no special token can be found; `marked` takes the signs out again. */
export const defuse = (text: string, marks: ReadonlyArray<string>, { defused }: Signs): string => {
  let safe = text
  for (const mark of marks) if (safe.includes(mark)) safe = safe.replaceAll(mark, () => spread(mark, defused))
  return safe
}

/** A sign between any two characters: no other special token can lie in what is left either. */
const spread = (mark: string, sign: string): string => Array.from(mark).join(sign) + sign

/** Cuts a text at its special tokens (the longest where several begin together) and takes the signs out. */
export const marked = (text: string, marks: ReadonlyArray<string>, signs: Signs): ReadonlyArray<Stretch> => {
  const stretches: Array<Stretch> = []
  let learning = false
  const add = (raw: string, mark: boolean) => {
    let plain = ""
    const learned: Array<readonly [number, number]> = []
    let from = learning ? 0 : -1
    for (const part of raw.split(signPattern(signs))) {
      if (part === signs.begin) [learning, from] = [true, plain.length]
      else if (part === signs.end) {
        if (learning && plain.length > from) learned.push([from, plain.length])
        learning = false
      } else if (part !== signs.defused) plain += part
    }
    if (learning && plain.length > from) learned.push([from, plain.length])
    if (plain !== "") stretches.push({ text: plain, mark, learned })
  }
  let rest = 0
  for (const { at, mark } of found(text, marks)) {
    add(text.slice(rest, at), false)
    add(mark, true)
    rest = at + mark.length
  }
  add(text.slice(rest), false)
  return stretches
}

const signPattern = ({ begin, defused, end }: Signs) => new RegExp(`([${begin}${end}${defused}])`)

function* found(text: string, marks: ReadonlyArray<string>) {
  if (marks.length === 0) return
  const longestFirst = marks.toSorted((a, b) => b.length - a.length)
  const any = new RegExp(
    longestFirst.map((mark) => mark.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"),
    "g"
  )
  for (const match of text.matchAll(any)) yield { at: match.index, mark: match[0] }
}
