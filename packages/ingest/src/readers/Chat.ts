// Conversations: the turns that chat exports keep in one field of a record.
export interface Turn {
  /** `user`, `assistant`, `system`, ... */
  readonly role: string
  readonly text: string
}

/** What ShareGPT and others call the roles that OpenAI's format named. */
const roles: Readonly<Record<string, string>> = {
  human: "user",
  prompter: "user",
  gpt: "assistant",
  bot: "assistant",
  chatgpt: "assistant",
  model: "assistant"
}

/**
 * The turns of a list of `{ role, content }` (OpenAI; content may be a list of parts, of which the texts count) or of
 * `{ from, value }` (ShareGPT). Turns without text, such as calls of tools, are left out. Undefined for what is no conversation.
 */
export const turnsOf = (value: unknown): ReadonlyArray<Turn> | undefined => {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const turns: Array<Turn> = []
  for (const one of value) {
    const turn = turnOf(one)
    if (turn === undefined) return undefined
    if (turn.text !== "") turns.push(turn)
  }
  return turns
}

/** A conversation as plain text: who speaks, what is said, a blank line between turns. */
export const turnsText = (value: unknown): string | undefined =>
  turnsOf(value)
    ?.map(({ role, text }) => `${role}: ${text}`)
    .join("\n\n")

const turnOf = (one: unknown): Turn | undefined => {
  if (typeof one !== "object" || one === null) return undefined
  const role: unknown = "role" in one ? one.role : "from" in one ? one.from : undefined
  if (typeof role !== "string") return undefined
  const said: unknown = "content" in one ? one.content : "value" in one ? one.value : undefined
  return { role: roles[role] ?? role, text: textOf(said) }
}

const textOf = (said: unknown): string => {
  if (typeof said === "string") return said
  if (!Array.isArray(said)) return ""
  return said
    .flatMap((part: unknown) =>
      typeof part === "string"
        ? [part]
        : typeof part === "object" && part !== null && "text" in part && typeof part.text === "string"
          ? [part.text]
          : []
    )
    .join("\n")
}
