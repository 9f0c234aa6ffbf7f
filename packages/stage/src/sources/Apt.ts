// `apt:package/path` and `apt:package@version/path`: a package of Debian, fetched and checked by apt with its own settings, never
// installed. `apt-get download` checks it against lists that are signed.
import { mkdir, readdir } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import * as Fetched from "./Fetched.ts"
import { SourceUnfetched } from "./SourceUnfetched.ts"
import * as Tool from "./Tool.ts"

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The unpacked package. Without a version the one that apt would install, and the same again once it is here. */
export const fetch = Effect.fn("Apt.fetch")(function* (
  pattern: string,
  spec: string
): Effect.fn.Return<Fetched.Fetched, SourceUnfetched> {
  const [, name = "", version = ""] = /^([a-z0-9][a-z0-9+.-]+)(?:@([\w.+:~-]+))?$/.exec(spec) ?? []
  if (name === "")
    return yield* new SourceUnfetched({
      pattern,
      missing: "name",
      problem: `"${spec}" is no name of a Debian package`,
      advice: "Write apt:package/path/* or apt:package@version/path/*"
    })
  return yield* Fetched.once({ pattern, scheme: "apt", name, version }, (draft) =>
    fill(draft, { pattern, name, version })
  )
})

interface Asked {
  readonly pattern: string
  readonly name: string
  readonly version: string
}

/** `apt-get`, or why there is none. */
export const aptGet = (pattern: string, byHand: string) => {
  const found = Tool.find(["apt-get"])
  return found === undefined
    ? Effect.fail(
        new SourceUnfetched({
          pattern,
          missing: "tool",
          problem: "there is no apt-get on PATH to fetch it with",
          advice: `On a machine without Debian ${byHand}`
        })
      )
    : Effect.succeed(found)
}

/** Options that keep apt's state in a folder of ours: the system's own is neither needed nor touched, and root is not either. */
export const privateState = Effect.fnUntraced(function* (pattern: string, folder: string) {
  const [lists, cache] = [join(folder, "lists"), join(folder, "cache")]
  yield* Fetched.disk(pattern, folder, async () => {
    await mkdir(join(lists, "partial"), { recursive: true })
    await mkdir(join(cache, "archives", "partial"), { recursive: true })
  })
  return [
    "-q",
    "-o",
    `Dir::State::lists=${lists}`,
    "-o",
    `Dir::Cache=${cache}`,
    "-o",
    "APT::Sandbox::User=root"
  ]
})

const fill = Effect.fnUntraced(function* (draft: Fetched.Draft, asked: Asked) {
  const { pattern } = asked
  const archive = (yield* archiveIn(draft.downloads, asked)) ?? (yield* download(draft, asked))
  const dpkg = Tool.find(["dpkg-deb"])
  if (dpkg === undefined)
    return yield* new SourceUnfetched({
      pattern,
      missing: "tool",
      problem: `there is no dpkg-deb on PATH to unpack ${archive} with`,
      advice: "Install dpkg"
    })
  const { status, stderr } = yield* Tool.run(dpkg, ["-x", archive, draft.files], { cwd: draft.temporary })
  if (status === 0) return [archive]
  return yield* new SourceUnfetched({
    pattern,
    missing: "file",
    problem: `${archive} cannot be unpacked: ${Tool.telling(stderr)}`,
    advice: "Fetch it again; if you put it there yourself, remove it"
  })
})

/** `name_version_architecture.deb`; apt writes the colon of an epoch as %3a. */
const archiveIn = (folder: string, { name, version }: Asked) =>
  Effect.promise(async () => {
    const names = await readdir(folder).catch(() => [])
    const found = names.toSorted(compare).findLast((file) => {
      const [dist, of = "", end = ""] = file.split("_")
      return dist === name && end.endsWith(".deb") && (version === "" || of.replace("%3a", ":") === version)
    })
    return found === undefined ? undefined : join(folder, found)
  })

const download = Effect.fnUntraced(function* (draft: Fetched.Draft, asked: Asked) {
  const { name, pattern, version } = asked
  const byHand = `put ${name}_…_….deb into ${draft.downloads}`
  const apt = yield* aptGet(pattern, byHand)
  const cwd = draft.temporary
  const args = ["download", version === "" ? name : `${name}=${version}`]
  // the system's lists do where there are some; on a machine that never had any we fetch our own
  yield* Tool.run(apt, ["-q", "-o", "APT::Sandbox::User=root", ...args], { cwd })
  const first = yield* archiveIn(cwd, asked)
  if (first !== undefined) return first
  const options = yield* privateState(pattern, draft.temporary)
  const updated = yield* Tool.run(apt, [...options, "update"], { cwd })
  const { stderr } = yield* Tool.run(apt, [...options, ...args], { cwd })
  const second = yield* archiveIn(cwd, asked)
  if (second !== undefined) return second
  const because = Tool.telling(updated.status === 0 ? stderr : updated.stderr)
  return yield* new SourceUnfetched({
    pattern,
    missing: "download",
    problem: `apt could not download ${args[1]}: ${because}`,
    advice: `Check the network and apt's sources${version === "" ? "" : ", or leave out the version"}, or ${byHand}`
  })
})
