// Supervised examples: what is learned, what is a mark, what is cut.
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as fs from "node:fs"
import { ExampleEncoder, type ExampleSettings, type Kept } from "../src/examples/ExampleEncoder.ts"
import { TemplateWithPart } from "../src/examples/PromptTemplate.ts"
import { templateOfFile, templateOfText } from "../src/examples/TemplateSource.ts"
import { specialToken } from "../src/AddedTokens.ts"
import { byteLevelBpe, TextTokenizer } from "../src/TextTokenizer.ts"
import { byteVocabulary } from "../src/Vocabulary.ts"
import { chatTemplates } from "../src/examples/ChatTemplates.ts"
import { parseTokenizerJson, toJson } from "../src/TokenizerJson.ts"
import { askPeer, noPeers } from "./peers.ts"

/** Every byte is a token, and there are the marks of ChatML. */
const bytes = byteLevelBpe(byteVocabulary("<|endoftext|>"))
const marks = { "<|im_start|>": 257, "<|im_end|>": 258 }
const tokenizer = new TextTokenizer({
  ...bytes.parts,
  addedTokens: [
    ...bytes.parts.addedTokens,
    ...Object.entries(marks).map(([content, id]) => specialToken(id, content))
  ]
})

const parts = (given: Readonly<Record<string, string>>) =>
  Object.entries(given).map(([name, text]) => ({ name, text }))

const settings = (more: Partial<ExampleSettings> = {}): ExampleSettings => ({
  contextLength: 100,
  overflow: "drop",
  format: { type: "prompt", prompt: "{q}=", answer: "{a}" },
  ...more
})
const chatml: ExampleSettings["format"] = {
  type: "chat",
  template: Effect.runSync(templateOfText("chatml")).template,
  bos: "",
  eos: ""
}

/** Tokens as people read them; those that are learned in brackets. */
const shown = ({ ids, learned }: Kept) =>
  Array.from(ids, (id, i) => {
    const text = tokenizer.specialTokens.get(id) ?? String.fromCharCode(id)
    return learned[i] === 1 ? `[${text}]` : text
  })
    .join("")
    .replaceAll("][", "")

const encoded = (of: ExampleSettings, given: ReadonlyArray<{ name: string; text: string }>): Kept => {
  const made = new ExampleEncoder(tokenizer, of).encode(given)
  return "rule" in made ? assert.fail(made.rule) : made
}

describe("a prompt and its answer", () => {
  it("learns the answer and the token that ends it", () => {
    assert.strictEqual(shown(encoded(settings(), parts({ q: "1+1", a: "2" }))), "1+1=[2<|endoftext|>]")
  })

  it("has marks where the template has them, and text where a user wrote them", () => {
    const format = { type: "prompt", prompt: "<|im_start|>{q}<|im_end|>", answer: "{a}" } as const
    const made = encoded(settings({ format }), parts({ q: "<|im_end|>", a: "<|endoftext|>" }))
    const count = (id: number) => made.ids.filter((each) => each === id).length
    assert.deepStrictEqual([count(257), count(258), count(256)], [1, 1, 1])
    assert.strictEqual(shown(made), "<|im_start|><|im_end|><|im_end|>[<|endoftext|><|endoftext|>]")
  })

  it("puts parts where they are named, braces that are doubled being braces", () => {
    const format = { type: "prompt", prompt: "{{{b}}} {a}{b}", answer: "}}{{" } as const
    assert.strictEqual(
      shown(encoded(settings({ format }), parts({ a: "x", b: "{a}" }))),
      "{{a}} x{a}[}{<|endoftext|>]"
    )
  })

  it.each([
    ["a part is missing", { q: "1" }, "missing-part"],
    ["it is too long", { q: "1".repeat(99), a: "2" }, "too-long"]
  ] as const)("is left out where %s", (_, given, rule) => {
    assert.propertyVal(new ExampleEncoder(tokenizer, settings()).encode(parts(given)), "rule", rule)
  })
})

describe("an example that is too long", () => {
  const short = settings({ contextLength: 6, overflow: "cut-prompt" })
  it("loses the start of its prompt, and says how much", () => {
    const made = encoded(short, parts({ q: "123456", a: "78" }))
    assert.deepStrictEqual([shown(made), made.cut], ["56=[78<|endoftext|>]", 4])
  })

  it("keeps its whole answer and one token before it, or goes", () => {
    assert.strictEqual(shown(encoded(short, parts({ q: "123", a: "5678" }))), "=[5678<|endoftext|>]")
    const made = new ExampleEncoder(tokenizer, short).encode(parts({ q: "123", a: "56789" }))
    assert.deepStrictEqual(made, { rule: "too-long", value: 10, threshold: 6 })
  })
})

describe("a chat", () => {
  const turns = [
    { name: "system", text: "S" },
    { name: "human", text: "yes<|im_end|>" },
    { name: "assistant", text: "yes" },
    { name: "user", text: "no" },
    { name: "gpt", text: "<|im_start|>" }
  ]
  it("learns what the assistant says in every turn, and nothing that others say", () => {
    const made = encoded(settings({ format: chatml, contextLength: 1000 }), turns)
    assert.strictEqual(
      shown(made),
      "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nyes<|im_end|><|im_end|>\n<|im_start|>assistant\n[yes<|im_end|>]\n<|im_start|>user\nno<|im_end|>\n<|im_start|>assistant\n[<|im_start|><|im_end|>]\n"
    )
    const count = (id: number) => made.ids.filter((each) => each === id).length
    assert.deepStrictEqual([count(257), count(258)], [5, 5])
  })

  it("is left out where the template refuses it, and where nobody answers", () => {
    const llama2 = { ...chatml, template: Effect.runSync(templateOfText("llama2")).template }
    const rule = (format: ExampleSettings["format"], given: typeof turns) =>
      new ExampleEncoder(tokenizer, settings({ format })).encode(given)
    assert.propertyVal(rule(llama2, turns.slice(2, 3)), "rule", "template-refused")
    assert.propertyVal(rule(chatml, turns.slice(0, 2)), "rule", "nothing-to-learn")
    assert.propertyVal(rule(chatml, []), "rule", "missing-part")
  })
})

const read = (config: unknown) =>
  Effect.runSync(templateOfFile("tokenizer_config.json", JSON.stringify(config)))

describe("a chat template's source", () => {
  it("is a name, or the template itself", () => {
    assert.include(Effect.runSync(templateOfText("llama3")).template, "eot_id")
    assert.strictEqual(Effect.runSync(templateOfText("{{ x }}")).template, "{{ x }}")
    assert.include(Effect.runSync(Effect.flip(templateOfText("chatlm"))).message, "chatml")
  })

  it("is a tokenizer_config.json, with what it knows of the tokens around a text", () => {
    assert.deepStrictEqual(
      read({ chat_template: "{{ x }}", bos_token: "<s>", eos_token: { content: "</s>", lstrip: false } }),
      {
        template: "{{ x }}",
        bos: "<s>",
        eos: "</s>"
      }
    )
    const several = [
      { name: "tool_use", template: "t" },
      { name: "default", template: "d" }
    ]
    assert.deepStrictEqual(read({ chat_template: several, bos_token: null }), { template: "d" })
    assert.deepStrictEqual(Effect.runSync(templateOfFile("chat_template.jinja", "{{ y }}")), {
      template: "{{ y }}"
    })
  })

  it("that is not there is refused, naming the file", () => {
    for (const content of ["{}", "no json", `{"chat_template": [{"name": "rag", "template": ""}]}`])
      assert.include(
        Effect.runSync(Effect.flip(templateOfFile("tokenizer_config.json", content))).message,
        "tokenizer_config.json"
      )
  })
})

const maskScript = `
from transformers import PreTrainedTokenizerFast
import tempfile, os
path = os.path.join(tempfile.mkdtemp(), "tokenizer.json")
open(path, "w").write(given["tokenizer"])
t = PreTrainedTokenizerFast(tokenizer_file=path, bos_token="<|im_start|>", eos_token="<|im_end|>")
answer = []
for template in given["templates"]:
    for chat in given["chats"]:
        made = t.apply_chat_template(chat, chat_template=template, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
        answer.append({"ids": made["input_ids"], "mask": made["assistant_masks"]})
`

describe("beside transformers", () => {
  // pieces longer than a character, some of which reach over the borders of what is learned
  const golden = Effect.runSync(
    parseTokenizerJson(fs.readFileSync(new URL("golden/bpe.json", import.meta.url), "utf8"))
  )
  const pieces = new TextTokenizer({
    ...golden.parts,
    addedTokens: [
      ...golden.parts.addedTokens,
      ...Object.keys(marks).map((content, i) => specialToken(golden.vocabSize + i, content))
    ]
  })

  it.skipIf(noPeers !== "")(`gives the ids and the mask of apply_chat_template${noPeers}`, () => {
    const chats = [
      ["What is 1+1?", "2"],
      ["你好", "你好！👋", "And in English?\n", "  Hello!  "],
      ["yes", "yes", "yes", "yes", "no", ""]
    ].map((turns) => turns.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content })))
    const templates = Object.values(chatTemplates)
    const theirs = askPeer(maskScript, { tokenizer: toJson(pieces), templates, chats })
    const ours = templates.flatMap((template) => {
      const format = { type: "chat", template, bos: "<|im_start|>", eos: "<|im_end|>" } as const
      const encoder = new ExampleEncoder(pieces, settings({ format, contextLength: 1000 }))
      return chats.map((chat) => {
        const made = encoder.encode(chat.map(({ content, role }) => ({ name: role, text: content })))
        return "rule" in made ? made : { ids: [...made.ids], mask: [...made.learned] }
      })
    })
    assert.deepStrictEqual(ours, theirs)
  })
})

describe("a template of pairs or answers", () => {
  it("names a part: without one it would say the same of every example", () => {
    const accepts = Schema.is(TemplateWithPart)
    assert.isTrue(["{answer}", "A: {answer}.", "{{{answer}}}"].every(accepts))
    assert.isFalse(["answer", "{{answer}}", "{}", ""].some(accepts))
  })
})
