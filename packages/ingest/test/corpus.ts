// Small corpora in memory, and what the stage makes of them.
import { StageFailure } from "@inkstone/stage"
import { assert } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { collect as collectFiles, filesIn } from "./collect.ts"
import { folderOf } from "./folder.ts"

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Runs the stage on files of this content, without its log. */
export const collectText = Effect.fnUntraced(
  function* (files: Files, config: Readonly<Record<string, unknown>> = {}) {
    return yield* collectFiles(filesIn(yield* folderOf(files)), config)
  },
  Effect.provide(Logger.layer([]))
)

/** How the stage fails on them. */
export const failureOf = (files: Files, config: Readonly<Record<string, unknown>> = {}) =>
  Effect.flip(collectText(files, config)).pipe(
    Effect.map((failure) => (failure instanceof StageFailure ? failure : assert.fail(String(failure))))
  )

/** A text that passes every rule; another for another n. */
export const prose = (n: number) =>
  `Number ${n} of the speeches begins here. It has a second sentence, and then a third one, which ends it.`

/** One a year from 1900. */
export const speeches: Files = Object.fromEntries(
  Array.from({ length: 60 }, (_, n) => [`${1900 + n}_x.txt`, prose(n)])
)
