// Cuts an mbox into its mails (RFC 4155 and its relatives). A `Content-Length` header is not believed: where it is wrong, mails
// would be lost.
import { ByteReader, Kept, type Taken } from "./ByteReader.ts"

const latin1 = new TextDecoder("latin1")
const mostLine = 2 ** 20
/** `From someone Thu Jan  1 00:00:00 1970`, as all writers put it; the time tells it from a sentence that begins with "From" */
const envelope = /^From \S.*\d{1,2}:\d{2}/u
/** `>From` stands for `From`; in mboxrd `>>From` for `>From` and so on, in mboxo it stands for itself, which nothing tells */
const quoted = /^>+From /u
const greater = 62
const capitalF = 70

/** Of each mail no more than `mostBytes` are held. The envelope lines are not part of it. */
export async function* mailsOf(chunks: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<Taken> {
  const reader = new ByteReader(chunks)
  let mail: Kept | undefined
  let afterBlank = true
  try {
    for (;;) {
      const line = await reader.line(mostLine)
      if (line === undefined) break
      const { bytes } = line
      if (afterBlank && bytes[0] === capitalF && envelope.test(latin1.decode(bytes.subarray(0, 300)))) {
        if (mail !== undefined) yield mail.taken()
        mail = new Kept(mostBytes)
        afterBlank = false
        continue
      }
      const isQuoted = bytes[0] === greater && quoted.test(latin1.decode(bytes.subarray(0, 100)))
      mail ??= new Kept(mostBytes)
      mail.add(isQuoted ? bytes.subarray(1) : bytes)
      afterBlank = line.length <= 2 && (bytes[0] === 10 || (bytes[0] === 13 && bytes[1] === 10))
    }
    if (mail !== undefined) yield mail.taken()
  } finally {
    await reader.close()
  }
}
