// One example as the tokens of one text, of which the answers are learned: a prompt and what follows it, or a chat.
import type { TextTokenizer } from "../TextTokenizer.ts"
import { ChatRefused, ChatTemplate } from "./ChatTemplate.ts"
import { type Part, PromptTemplate } from "./PromptTemplate.ts"
import { type Encoded, StretchEncoder } from "./StretchEncoder.ts"

export interface ExampleSettings {
  /** tokens of a row */
  readonly contextLength: number
  /** what becomes of longer ones: they are dropped, or lose the start of what stands before the first answer */
  readonly overflow: "drop" | "cut-prompt"
  readonly format:
    | { readonly type: "prompt"; readonly prompt: string; readonly answer: string }
    | { readonly type: "chat"; readonly template: string; readonly bos: string; readonly eos: string }
}

/** `cut` tokens before `ids` were taken off. */
export interface Kept extends Encoded {
  readonly cut: number
}

/** Why an example is left out, as the ledger says it. */
export interface Dropped {
  readonly rule: "missing-part" | "template-refused" | "nothing-to-learn" | "too-long"
  readonly value: number
  readonly threshold: number
}

type Encode = (parts: ReadonlyArray<Part>) => Encoded | Dropped

export class ExampleEncoder {
  readonly #settings: ExampleSettings
  readonly #encode: Encode

  /** @throws TemplateInvalid */
  constructor(tokenizer: TextTokenizer, settings: ExampleSettings) {
    this.#settings = settings
    const { format } = settings
    this.#encode = format.type === "prompt" ? promptAndAnswer(tokenizer, format) : chat(tokenizer, format)
  }

  /** @throws TemplateInvalid where a chat template hides what the assistant says */
  encode(parts: ReadonlyArray<Part>): Kept | Dropped {
    const encoded = this.#encode(parts)
    return "rule" in encoded ? encoded : this.#fitted(encoded)
  }

  #fitted({ ids, learned }: Encoded): Kept | Dropped {
    const { contextLength, overflow } = this.#settings
    const first = learned.indexOf(1)
    // the first token of all has nothing that it could be predicted from
    if (first < 0 || learned.lastIndexOf(1) === 0) return { rule: "nothing-to-learn", value: 0, threshold: 1 }
    const cut = ids.length - contextLength
    if (cut <= 0) return { ids, learned, cut: 0 }
    if (overflow === "drop" || cut >= first)
      return { rule: "too-long", value: ids.length, threshold: contextLength }
    return { ids: ids.slice(cut), learned: learned.slice(cut), cut }
  }
}

/** Both are encoded by themselves, as they are when a model is asked: it sees the prompt's tokens and begins to write. */
const promptAndAnswer = (
  tokenizer: TextTokenizer,
  format: { readonly prompt: string; readonly answer: string }
): Encode => {
  const encoder = new StretchEncoder(tokenizer)
  const prompt = new PromptTemplate(format.prompt, encoder.marks)
  const answer = new PromptTemplate(format.answer, encoder.marks)
  return (parts) => {
    if (prompt.missing(parts) !== undefined || answer.missing(parts) !== undefined) return missingPart
    const before = prompt.render(parts, false)
    const after = answer.render(parts, true)
    if (before === undefined || after === undefined) return refused
    const [asked, answered] = [encoder.encode(before), encoder.encode(after)]
    return {
      ids: Uint32Array.from([...asked.ids, ...answered.ids, tokenizer.endOfTextId]),
      learned: Uint8Array.from([...asked.learned, ...answered.learned, 1])
    }
  }
}

/** Names of parts that say who speaks, as data sets have them. */
const roles: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  bot: "assistant",
  model: "assistant"
}

const chat = (
  tokenizer: TextTokenizer,
  format: { readonly template: string; readonly bos: string; readonly eos: string }
): Encode => {
  const encoder = new StretchEncoder(tokenizer)
  const template = new ChatTemplate(format.template, {
    marks: encoder.marks,
    bos: format.bos,
    eos: format.eos
  })
  return (parts) => {
    if (parts.length === 0) return missingPart
    const messages = parts.map(({ name, text }) => ({ role: roles[name] ?? name, content: text }))
    try {
      return encoder.encode(template.render(messages))
    } catch (cause) {
      if (cause instanceof ChatRefused) return refused
      throw cause
    }
  }
}

const missingPart: Dropped = { rule: "missing-part", value: 0, threshold: 1 }
const refused: Dropped = { rule: "template-refused", value: 0, threshold: 1 }
