// Other thresholds than those in force, said in a word: `gopher.minWords=30`, `byLang.zh.minChars=20`, `maxLineChars=off`.
import { nearest } from "@inkstone/stage"
import { Result, Schema } from "effect"
import { Cuts } from "../CutConfig.ts"
import type { CutConfig } from "../Cuts.ts"
import { limitNamed, rules } from "../rules/Table.ts"

/** What is wrong with the words, and what could be meant. */
export class ChangeInvalid extends Schema.TaggedError<ChangeInvalid>()("ChangeInvalid", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

const invalid = (problem: string) => Result.fail(new ChangeInvalid({ problem }))

const InForce = Schema.fromJsonString(
  Schema.Struct({
    allowReplacement: Schema.Boolean,
    cuts: Schema.Union([Schema.Literal("off"), Cuts]),
    personalData: Schema.Literals(["off", "score", "mask", "drop"])
  })
)
const decodeInForce = Schema.decodeUnknownResult(InForce)
const decodeCuts = Schema.decodeUnknownResult(Cuts)

/** The cuts that the scores say were in force; empty where they do not say. */
export const cutsInForce = (json: string): Result.Result<CutConfig, ChangeInvalid> => {
  const empty = Schema.decodeUnknownSync(Cuts)({})
  if (json === "") return Result.succeed({ allowReplacement: false, cuts: empty, personalData: "off" })
  return Result.mapError(
    decodeInForce(json),
    (cause) =>
      new ChangeInvalid({ problem: `the cuts that the scores name cannot be read: ${cause.message}` })
  )
}

/** Never met, so that the limit cuts nothing. */
const offFor = (kind: "least" | "most", unit: string): number =>
  kind === "least" ? 0 : unit === "share" ? 1 : Number.MAX_SAFE_INTEGER

interface Change {
  /** below `cuts` */
  readonly path: ReadonlyArray<string>
  readonly value: number
  readonly isOff: boolean
}

const parse = (words: string): Result.Result<Change, ChangeInvalid> => {
  const at = words.indexOf("=")
  if (at < 1) return invalid(`${words} is no change: write threshold=number, such as gopher.minWords=30`)
  const path = words
    .slice(0, at)
    .trim()
    .replace(/^cuts\./u, "")
    .split(".")
  const name = (path[0] === "byLang" || path[0] === "byScript" ? path.slice(2) : path).join(".")
  const known = limitNamed(name)
  if (known === undefined) {
    const names = rules.flatMap(({ limits }) => limits.map((limit) => limit.name))
    const close = nearest(name, names)
    const meant = close === undefined ? `Thresholds are ${names.join(", ")}` : `Did you mean ${close}?`
    return invalid(`${name} is no threshold. ${meant}`)
  }
  const said = words.slice(at + 1).trim()
  if (said === "off") {
    return Result.succeed({ path, value: offFor(known.limit.kind, known.rule.unit), isOff: true })
  }
  const value = Number(said)
  return said === "" || !Number.isFinite(value)
    ? invalid(`${words}: ${JSON.stringify(said)} is no number (or off)`)
    : Result.succeed({ path, value, isOff: false })
}

/** Is the group that the path leads to named there already? */
const hasGroup = (cuts: object, path: ReadonlyArray<string>): boolean => {
  let below: unknown = cuts
  for (const key of path.slice(0, -1)) below = below instanceof Object ? Reflect.get(below, key) : undefined
  return below !== undefined
}

const entered = (cuts: object, [key = "", ...rest]: ReadonlyArray<string>, value: number): object => {
  const below: unknown = Object.entries(cuts).find(([name]) => name === key)?.[1]
  return {
    ...cuts,
    [key]:
      rest.length === 0
        ? value
        : entered(typeof below === "object" && below !== null ? below : {}, rest, value)
  }
}

/** The cuts with these changes; as a pipeline would have them that says so. */
export const changed = (
  config: CutConfig,
  changes: ReadonlyArray<string>
): Result.Result<CutConfig, ChangeInvalid> => {
  let cuts: object = config.cuts === "off" ? {} : config.cuts
  for (const words of changes) {
    const change = parse(words)
    if (Result.isFailure(change)) return Result.fail(change.failure)
    // to name a group puts it in force, which is not what one asks who turns a part of it off
    if (change.success.isOff && !hasGroup(cuts, change.success.path)) continue
    cuts = entered(cuts, change.success.path, change.success.value)
  }
  return Result.mapBoth(decodeCuts(cuts), {
    onFailure: (cause) => new ChangeInvalid({ problem: cause.message }),
    onSuccess: (decoded) => ({ ...config, cuts: decoded })
  })
}
