// `inkstone watch`: curves of trainings in the terminal, from their event files, while they run or afterwards.
import { Clock, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as fs from "node:fs"
import { failed } from "../Failure.ts"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"

/** Of a page that is written into a file or a pipe. */
const PLAIN = { columns: 100, rows: 40 }
/** In a terminal, the title line and the place of the cursor. */
const AROUND = 2

const nothing = (target: string | undefined, store: string) =>
  failed(
    "data",
    `nothing to watch: ${target === undefined ? "no training" : `no training called ${target}`} has written anything in ${store}. ` +
      "Start one (inkstone run PIPELINE.yaml) and watch it from a second terminal, or name a folder of event files"
  )

/** Finds the runs anew each time: some may only start later. */
const placesOf = Effect.fnUntraced(function* (target: string | undefined, store: string) {
  const Places = yield* Effect.promise(() => import("../watch/Places.ts"))
  if (target === undefined) return () => Places.ofLast(Places.ofStore(store))
  const found = fs.statSync(target, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) return () => Places.ofFolder(target)
  if (found === undefined)
    return () => {
      const all = Places.ofStore(store)
      const nodes = Places.ofNode(all, target)
      return nodes.length > 0 ? nodes : all.filter(({ pipeline }) => pipeline === target)
    }
  const { Pipeline } = yield* Effect.promise(() => import("@inkstone/pipeline"))
  const { name } = yield* Pipeline.load(target)
  // at whichever size it ran
  return () =>
    Places.ofStore(store).filter(({ pipeline }) => pipeline === name || pipeline.startsWith(`${name}@`))
})

export const watch = Command.make(
  "watch",
  {
    target: Argument.String("target").pipe(
      Argument.withDescription(
        "Pipeline file, name of a pipeline or node, or folder with event files (default: the pipeline that trained last)"
      ),
      Argument.optional
    ),
    once: Flag.Boolean("once").pipe(
      Flag.withDescription(
        "Show it once instead of going on until Ctrl-C; always so where the output is no terminal"
      ),
      Flag.withDefault(false)
    ),
    tags: Flag.String("tags").pipe(
      Flag.withDescription("Only these series, with commas between: loss,learning_rate,gradient_norm"),
      Flag.map((text) => text.split(",").filter((tag) => tag !== "")),
      Flag.withDefault([])
    ),
    every: Flag.Finite("every").pipe(
      Flag.withDescription("Seconds between two looks"),
      Flags.between(0.1, 3600),
      Flag.withDefault(1)
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone watch")(function* ({ every, json, once, store, tags, target }) {
    const { page } = yield* Effect.promise(() => import("../watch/Page.ts"))
    const { toJson, watched } = yield* Effect.promise(() => import("../watch/Watched.ts"))
    const Screen = yield* Effect.promise(() => import("../watch/Screen.ts"))
    const { paint } = yield* Effect.promise(() => import("../watch/Paint.ts"))
    const asked = Option.getOrUndefined(target)
    const runs = watched(yield* placesOf(asked, store))
    const nowSeconds = Effect.map(Clock.currentTimeMillis, (millis) => millis / 1000)
    const first = runs.update()
    if (first.length === 0) return yield* nothing(asked, store)
    const live = !once && (json || Terminal.out.columns !== undefined)
    const show = Effect.gen(function* () {
      const found = runs.update()
      const now = yield* nowSeconds
      if (json)
        return `${JSON.stringify({ type: "watch", runs: found.map((run) => toJson(run, now, tags)) })}\n`
      const columns = Terminal.out.columns ?? PLAIN.columns
      const rows = live ? process.stdout.rows - AROUND : PLAIN.rows
      const size = { columns, rows, nowSeconds: now }
      return `${page(found, { ...size, tags, paint: paint(Terminal.out.columns !== undefined) }).join("\n")}\n`
    })
    if (!live) return Terminal.out.write(yield* show)
    let last = ""
    const look = Effect.map(show, (text) => {
      if (text !== last) Terminal.out.write(json ? text : Screen.drawn(text))
      last = text
    })
    if (!json) Terminal.out.write(Screen.enter)
    return yield* Effect.forever(Effect.andThen(look, Effect.sleep(`${every} seconds`))).pipe(
      // what was seen last stays in the terminal
      Effect.ensuring(Effect.sync(() => (json ? undefined : Terminal.out.write(`${Screen.leave}${last}`))))
    )
  })
).pipe(
  Command.withDescription(
    "Curves of trainings in the terminal, while they run or afterwards: loss, rate, speed, time left; several runs in one picture"
  ),
  Command.withExamples([
    { command: "inkstone watch", description: "What trains now, or trained last" },
    { command: "inkstone watch gpt --tags loss,gradient_norm", description: "All instances of a node" },
    { command: "inkstone watch pipelines/first-book.yaml --once", description: "Once, of one pipeline" },
    { command: "inkstone watch logs/ --json --once", description: "Any TensorBoard folder, for programs" }
  ])
)
