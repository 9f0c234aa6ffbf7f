// Cuts documents into the windows a model scores them in, so that every token is scored exactly once.
//
// A document is read after an end-of-text token, as in training, so that its first token has a context as well; its own
// closing end-of-text is scored too. The first window scores all its tokens; each next one moves on by `stride` and scores
// what is new in it, with at least `context - stride` tokens before it.

/** Where a document lies in the tokens of its split. */
export interface Span {
  readonly start: number
  /** the closing end-of-text included */
  readonly tokens: number
}

/** One row of a batch: tokens `begin` to `begin + length` of a document foretell the ones after them. */
export interface Window {
  /** index of the document */
  readonly document: number
  /** first position read; position 0 is the end-of-text before the document, position i its i-th token */
  readonly begin: number
  /** positions read and foretold */
  readonly length: number
  /** foretold by the window before this one: not scored again */
  readonly skip: number
}

export interface Cutting {
  /** most positions of a window */
  readonly context: number
  /** new tokens of each window after the first, 1 to `context` */
  readonly stride: number
}

/** The windows of one document with so many tokens. */
export const ofDocument = (
  document: number,
  tokens: number,
  { context, stride }: Cutting
): ReadonlyArray<Window> => {
  const windows: Array<Window> = []
  for (let scored = 0; scored < tokens;) {
    const end = Math.min(tokens, scored === 0 ? context : scored + stride)
    const begin = Math.max(0, end - context)
    windows.push({ document, begin, length: end - begin, skip: scored - begin })
    scored = end
  }
  return windows
}

const shortest = 16 // positions; a few padded ones cost less than one more shape to compile

/** Length a window is padded to: a power of two or the whole context, so that few shapes are compiled. */
const paddedLength = (length: number, context: number): number =>
  Math.min(context, Math.max(shortest, 2 ** Math.ceil(Math.log2(length))))

/** Windows that are scored in one call, padded to `T` positions and `B` rows. */
export interface Batch {
  readonly B: number
  readonly T: number
  readonly windows: ReadonlyArray<Window>
}

/**
 * All windows of all documents in batches, the short ones first. All batches have the same number of rows and there are
 * few lengths, since a network compiles each shape anew: what does not fill a batch waits for the next length.
 */
export const batches = (
  documents: ReadonlyArray<Span>,
  { batchSize, ...cutting }: Cutting & { readonly batchSize: number }
): ReadonlyArray<Batch> => {
  const windows = documents
    .flatMap(({ tokens }, document) => ofDocument(document, tokens, cutting))
    .map((window) => ({ window, T: paddedLength(window.length, cutting.context) }))
    .toSorted((a, b) => a.T - b.T)
  const B = Math.min(batchSize, windows.length)
  const made: Array<Batch> = []
  let waiting: Array<Window> = []
  for (const [index, { window, T }] of windows.entries()) {
    waiting.push(window)
    if (waiting.length < B && index < windows.length - 1) continue
    made.push({ B, T, windows: waiting })
    waiting = []
  }
  return made
}

/** The tokens of a batch, [B, T + 1] row by row, padded with end-of-text behind each window and in rows without one. */
export const tokensOf = (
  { B, T, windows }: Batch,
  ids: ArrayLike<number>,
  { documents, endOfTextId }: { readonly documents: ReadonlyArray<Span>; readonly endOfTextId: number }
): Int32Array => {
  const out = new Int32Array(B * (T + 1)).fill(endOfTextId)
  for (const [row, { document, begin, length }] of windows.entries()) {
    const start = documents[document]?.start ?? 0
    for (let t = begin === 0 ? 1 : 0; t <= length; t++)
      out[row * (T + 1) + t] = ids[start + begin + t - 1] ?? 0
  }
  return out
}
