// A chat as one text by a Jinja template, with what the assistant says found exactly, and nothing a user writes taken for a mark.
import { Template } from "@huggingface/jinja"
import { Schema } from "effect"
import { defuse, marked, type Signs, signsFor, type Stretch } from "./Marked.ts"

export interface Message {
  readonly role: string
  readonly content: string
}

export interface ChatTokens {
  /** contents of all special tokens */
  readonly marks: ReadonlyArray<string>
  /** what templates know as `bos_token` and `eos_token`; empty where there is none */
  readonly bos: string
  readonly eos: string
}

/** The template is no Jinja, or it does not say where the assistant's words are. */
export class TemplateInvalid extends Schema.TaggedError<TemplateInvalid>()("TemplateInvalid", {
  problem: Schema.String
}) {
  override get message() {
    return `chat template: ${this.problem}`
  }
}

/** The template refuses these messages, as with roles in an order it does not know. */
export class ChatRefused extends Schema.TaggedError<ChatRefused>()("ChatRefused", {
  problem: Schema.String
}) {
  override get message() {
    return `the chat template refuses the messages: ${this.problem}`
  }
}

export class ChatTemplate {
  readonly #source: string
  readonly #tokens: ChatTokens
  readonly #hasGeneration: boolean
  /** compiled with the signs that it was last rendered with */
  #compiled: { readonly signs: Signs; readonly template: Template }

  /** @throws TemplateInvalid */
  constructor(source: string, tokens: ChatTokens) {
    this.#source = source
    this.#tokens = tokens
    this.#hasGeneration = generation.test(source)
    const signs = signsFor([source])
    if (signs === undefined)
      throw new TemplateInvalid({ problem: "it contains every character for private use" })
    this.#compiled = { signs, template: this.#compile(signs) }
  }

  /**
   * The messages as text. Learned is what lies in `{% generation %}`; where the template has none, the contents of the
   * assistant's messages. A special token that follows closes the answer, and is learned with it.
   *
   * @throws TemplateInvalid where it has no `{% generation %}` and changes what the assistant says
   * @throws ChatRefused where it raises an exception
   */
  render(messages: ReadonlyArray<Message>): ReadonlyArray<Stretch> {
    const signs = this.#signs(messages.map(({ content }) => content))
    const safe = messages.map(({ content, role }) => ({
      role,
      content: defuse(content, this.#tokens.marks, signs)
    }))
    const text = this.#render(safe)
    const bounded = this.#hasGeneration ? text : this.#bounded(safe, { text, signs })
    return withClosingMarks(marked(bounded, this.#tokens.marks, signs))
  }

  /** Without `{% generation %}`: signs in the contents, which must change nothing else. */
  #bounded(
    messages: ReadonlyArray<Message>,
    { signs, text }: { readonly signs: Signs; readonly text: string }
  ) {
    const { begin, end } = signs
    const around = (content: string) => `${begin}${content}${end}`
    // inside the white space at its ends, which many templates trim
    const inside = (content: string) =>
      content.replace(
        /^(\s*)(.*?)(\s*)$/s,
        (_, before, words, behind) => `${before}${begin}${words}${end}${behind}`
      )
    for (const wrap of [around, inside]) {
      const bounded = this.#render(
        messages.map(({ content, role }) => ({
          role,
          content: role === "assistant" ? wrap(content) : content
        }))
      )
      if (bounded.replaceAll(begin, "").replaceAll(end, "") === text) return bounded
    }
    throw new TemplateInvalid({
      problem: "it changes what the assistant says: put {% generation %} and {% endgeneration %} around it"
    })
  }

  #render(messages: ReadonlyArray<Message>): string {
    const { bos, eos } = this.#tokens
    try {
      return this.#compiled.template.render({
        messages,
        bos_token: bos,
        eos_token: eos,
        add_generation_prompt: false
      })
    } catch (cause) {
      throw new ChatRefused({ problem: messageOf(cause) })
    }
  }

  /** Those of the last time, unless a text has them. */
  #signs(contents: ReadonlyArray<string>): Signs {
    const { begin, defused, end } = this.#compiled.signs
    if (contents.some((text) => text.includes(begin) || text.includes(end) || text.includes(defused))) {
      const signs = signsFor([this.#source, ...contents])
      if (signs === undefined)
        throw new ChatRefused({ problem: "they contain every character for private use" })
      this.#compiled = { signs, template: this.#compile(signs) }
    }
    return this.#compiled.signs
  }

  #compile({ begin, end }: Signs): Template {
    // what today's date is must not change tokens: templates that ask have a fixed one for when nobody knows
    const timeless = this.#source.replaceAll("strftime_now", "strftime_unknown")
    // written so that white space around the tag is trimmed as it would have been around the tag itself
    const source = timeless.replaceAll(
      new RegExp(generation, "g"),
      (_, left: string, closing: string | undefined, right: string) =>
        `{%${left} if true %}{{ '${closing === undefined ? begin : end}' }}{% endif ${right}%}`
    )
    try {
      return new Template(source)
    } catch (cause) {
      throw new TemplateInvalid({ problem: messageOf(cause) })
    }
  }
}

const generation = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** A mark behind what is learned, with white space between at most, ends the answer: both are learned too. */
const withClosingMarks = (stretches: ReadonlyArray<Stretch>): ReadonlyArray<Stretch> => {
  const closed = [...stretches]
  for (const [i, stretch] of stretches.entries()) {
    const before = closed[i - 1]
    const last = before?.learned.at(-1)
    if (!stretch.mark || stretch.learned.length > 0 || before === undefined || last === undefined) continue
    if (before.mark || before.text.slice(last[1]).trim() !== "") continue
    const learned = [...before.learned.slice(0, -1), [last[0], before.text.length] as const]
    closed[i - 1] = { ...before, learned }
    closed[i] = { ...stretch, learned: [[0, stretch.text.length]] }
  }
  return closed
}
