// The decoded text of a file as a stream. Reads it twice: once to find out what its bytes are, once to decode them.
import { decide } from "../Encoding.ts"
import type { Input } from "./Input.ts"
import { Refusal } from "./Refusal.ts"
import type { Reading } from "./Settings.ts"
import { survey } from "./Survey.ts"

/**
 * Chunks of text in order, without a byte order mark. `declaration` finds the label of the encoding that a file of this format gives of itself.
 * Throws `Refusal` (`binary`, `unknown-encoding`) before the first chunk.
 */
export async function* texts(
  input: Input,
  { encoding }: Pick<Reading, "encoding">,
  declaration?: RegExp
): AsyncGenerator<string> {
  const looks = await survey(input.chunks())
  const decision = decide(looks, { wanted: encoding, declaration })
  if ("rule" in decision) throw new Refusal(decision.rule, decision)
  const decoder = new TextDecoder(decision.encoding)
  for await (const chunk of input.chunks()) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}
