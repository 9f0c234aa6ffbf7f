// Bytes that are held to text, for records inside other files.
import { decide } from "../Encoding.ts"
import type { IngestConfig } from "../IngestConfig.ts"
import { Refusal } from "./Refusal.ts"
import { survey } from "./Survey.ts"

interface Told {
  /** what the record around it says, such as `gb2312` in a Content-Type */
  readonly label?: string | undefined
  /** finds what the bytes say of themselves */
  readonly declaration?: RegExp | undefined
}

/**
 * A label that is known is believed unless the bytes are valid UTF-8: that is never so by chance. Throws `Refusal` (`binary`,
 * `unknown-encoding`).
 */
export const decoded = async (
  bytes: Uint8Array,
  { encoding }: Pick<IngestConfig, "encoding">,
  { label, declaration }: Told
): Promise<string> => {
  const looks = await survey(once(bytes))
  const told = label === undefined ? undefined : known(label)
  const wanted = encoding === "auto" && told !== undefined && !looks.utf8 ? told : encoding
  const decision = decide(looks, { wanted, declaration })
  if ("rule" in decision) throw new Refusal(decision.rule, decision)
  return new TextDecoder(decision.encoding).decode(bytes)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield await Promise.resolve(bytes)
}

const known = (label: string): string | undefined => {
  try {
    return new TextDecoder(label).encoding
  } catch {
    return undefined // no such encoding
  }
}
