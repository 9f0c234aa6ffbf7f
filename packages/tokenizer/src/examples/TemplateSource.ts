// Where a chat template comes from: a name, a file, the tokenizer itself, or the words of the config.
import { Effect, Schema } from "effect"
import { TemplateInvalid } from "./ChatTemplate.ts"
import { chatTemplates, templateNames } from "./ChatTemplates.ts"

const Content = Schema.Union([Schema.String, Schema.Struct({ content: Schema.String })])
const NamedTemplates = Schema.Array(Schema.Struct({ name: Schema.String, template: Schema.String }))
/** What is read of a `tokenizer_config.json`. */
const TokenizerConfig = Schema.fromJsonString(
  Schema.Struct({
    chat_template: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.String, NamedTemplates]))),
    bos_token: Schema.optionalKey(Schema.NullOr(Content)),
    eos_token: Schema.optionalKey(Schema.NullOr(Content))
  })
)
const decodeConfig = Schema.decodeUnknownEffect(TokenizerConfig)

export interface TemplateSource {
  readonly template: string
  /** absent where the file does not say */
  readonly bos?: string
  readonly eos?: string
}

const text = (content: typeof Content.Type | null | undefined): string | undefined =>
  typeof content === "string" ? content : content?.content

/** Of a `tokenizer_config.json`, or of a Jinja file. */
export const templateOfFile = Effect.fn("templateOfFile")(function* (
  name: string,
  content: string
): Effect.fn.Return<TemplateSource, TemplateInvalid> {
  if (!name.endsWith(".json")) return { template: content }
  const config = yield* decodeConfig(content).pipe(
    Effect.mapError((error) => new TemplateInvalid({ problem: `${name}: ${error.message}` }))
  )
  const { chat_template } = config
  const template =
    typeof chat_template === "string"
      ? chat_template
      : chat_template?.find(({ name }) => name === "default")?.template
  if (template === undefined)
    return yield* new TemplateInvalid({
      problem: `${name}: chat_template: there is none (or none named default)`
    })
  const [bos, eos] = [text(config.bos_token), text(config.eos_token)]
  return { template, ...(bos !== undefined && { bos }), ...(eos !== undefined && { eos }) }
})

/** Of a name in `chatTemplates`, or the Jinja itself. */
export const templateOfText = Effect.fn("templateOfText")(function* (
  given: string
): Effect.fn.Return<TemplateSource, TemplateInvalid> {
  const name = templateNames.find((each) => each === given)
  if (name !== undefined) return { template: chatTemplates[name] }
  if (given.includes("{")) return { template: given }
  return yield* new TemplateInvalid({
    problem: `there is none named ${JSON.stringify(given)}. There are ${templateNames.join(", ")}, tokenizer, or Jinja itself`
  })
})
