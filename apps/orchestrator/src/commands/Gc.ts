// `inkstone gc`: frees what no run needs any more. Says what it would do unless told to do it.
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Flags from "../Flags.ts"
import * as Terminal from "../Terminal.ts"
import { basename } from "node:path"
import { table } from "../Table.ts"
import * as Words from "../view/Words.ts"

export const gc = Command.make(
  "gc",
  {
    apply: Flag.Boolean("apply").pipe(
      Flag.withDescription("Remove; without it only say what would be removed"),
      Flag.withDefault(false)
    ),
    days: Flag.Finite("days").pipe(
      Flag.withDescription("Keep what was made within this many days"),
      Flags.between(0),
      Flag.withDefault(7)
    ),
    store: Flags.store,
    json: Flags.json
  },
  Effect.fn("inkstone gc")(function* ({ apply, days, json, store }) {
    const { Gc } = yield* Effect.promise(() => import("@inkstone/pipeline"))
    const plan = yield* Gc.plan({ root: store, graceHours: 24 * days })
    if (apply) yield* Gc.apply(plan)
    if (json) return Terminal.out.write(`${JSON.stringify({ type: "garbage", ...plan, applied: apply })}\n`)
    const rows = [
      ...plan.artifacts.map(({ bytes, digest, kind }) => [
        kind,
        digest.slice(0, 12),
        `${Words.quantity(bytes)}B`
      ]),
      ...plan.folders.map(({ bytes, path, what }) => [
        what,
        basename(path).slice(0, 12),
        `${Words.quantity(bytes)}B`
      ])
    ]
    if (rows.length > 0) Terminal.out.write(`${table([["what", "name", "size"], ...rows])}\n\n`)
    const kept = `${plan.kept.artifacts} artifacts, ${Words.quantity(plan.kept.bytes)}B`
    const gone = `${rows.length}, ${Words.quantity(plan.bytes)}B`
    Terminal.out.write(
      rows.length === 0
        ? `nothing to remove; kept ${kept}\n`
        : apply
          ? `removed ${gone}; kept ${kept}\n`
          : `would remove ${gone}; would keep ${kept}. Remove with --apply\n`
    )
  })
).pipe(
  Command.withDescription(
    "Free artifacts that no newest run of a node uses, drafts of dead processes, workspaces of finished nodes and quarantined artifacts"
  ),
  Command.withExamples([
    { command: "inkstone gc", description: "What could go" },
    { command: "inkstone gc --apply --days 0", description: "Remove it, however new" }
  ])
)
