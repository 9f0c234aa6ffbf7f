// Questions and answers from pages of help: a heading asks, the paragraphs below it answer.
import { type SourceFile, Stage, StageFailure, field } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { ExampleDesk } from "../examples/ExampleDesk.ts"
import type { RawExample } from "../examples/ExampleRows.ts"
import { describe, flush, outputs } from "../examples/ExampleTables.ts"
import { keeping } from "../examples/Keeping.ts"
import { sourceUnreadable } from "../failures.ts"
import { nth, type Refused, whole } from "../readers/Format.ts"
import { Refusal } from "../readers/Refusal.ts"
import { reading } from "../readers/Settings.ts"
import { select } from "../Selection.ts"
import { type Block, blocksIn } from "./Blocks.ts"

const { exclude, files, limits, where } = reading

export const PageQuestionsConfig = Schema.Struct({
  files,
  exclude,
  where,
  limits,
  area: field(
    Schema.String,
    "",
    "id of the element that holds the text, past the menus; empty: the whole page"
  ),
  answerChars: field(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
    400,
    "paragraphs are taken while the answer has no more characters than this; a longer first one drops the question"
  ),
  ...keeping
})
type Config = typeof PageQuestionsConfig.Type

/**
 * Stage `@inkstone/ingest#page-questions`: HTML pages to examples of `question` (a heading) and `answer` (what stands below it up
 * to the next heading). All of a page are a group.
 */
export const pageQuestions = Stage.define({
  name: "@inkstone/ingest#page-questions",
  version: 1,
  description:
    "Takes headings and the paragraphs below them from pages as questions and answers, split by page",
  config: PageQuestionsConfig,
  inputs: {},
  outputs,
  files: (config) => config.files,
  resources: () => ({ cpus: 1, memoryBytes: 2 ** 29 }),
  run: Effect.fn("page-questions")(function* (config, _given, run) {
    const pages = select(run.files, config)
    const desk = new ExampleDesk(config)
    for (const [n, page] of pages.entries()) {
      for (const one of yield* questionsOf(page, config)) desk.enter(one)
      if (desk.isFull) yield* flush(desk, run)
      yield* run.report({ done: n + 1, total: pages.length, unit: "pages", note: `${desk.kept} questions` })
    }
    yield* flush(desk, run)
    if (desk.kept === 0)
      return yield* new StageFailure({
        category: "data",
        fact: "EmptyExamples",
        problem: `${config.files.join(", ")}: none of ${pages.length} pages has a heading with a paragraph below it`,
        advice: 'See "area" and "answerChars"'
      })
    yield* describe(desk, config, run)
  }, Effect.mapError(StageFailure.of))
})

const questionsOf = (page: SourceFile, config: Config) =>
  Effect.promise(async (): Promise<ReadonlyArray<RawExample | Refused>> =>
    answered(await blocksIn(page, config), config.answerChars).map(({ answer, question }, i) => ({
      kind: "example",
      ...nth(page.name, i + 1),
      parts: [
        { name: "question", text: question, lang: config.lang },
        { name: "answer", text: answer, lang: config.lang }
      ],
      group: page.name,
      licence: undefined
    }))
  ).pipe(
    Effect.catchDefect((cause) => {
      if (cause instanceof Refusal) {
        const { rule, threshold, value } = cause
        const refused: Refused = { kind: "refused", ...whole(page.name), rule, value, threshold, text: "" }
        return Effect.succeed([refused])
      }
      return cause instanceof Error && "syscall" in cause
        ? Effect.fail(sourceUnreadable(page, cause))
        : Effect.die(cause)
    })
  )

interface Answered {
  readonly question: string
  readonly answer: string
}

const answered = (blocks: ReadonlyArray<Block>, most: number): ReadonlyArray<Answered> => {
  const found: Array<Answered> = []
  let question = ""
  let answer = ""
  let full = false
  const close = () => {
    if (question !== "" && answer !== "") found.push({ question, answer })
    answer = ""
    full = false
  }
  for (const { tag, text } of blocks) {
    if (tag !== "p") {
      close()
      question = text
    } else if (!full && text !== "") {
      const longer = answer === "" ? text : `${answer}\n${text}`
      if (longer.length > most) full = true
      else answer = longer
    }
  }
  close()
  return found
}
