// `apt-lists:suite/component/file`: what Debian says of its packages. `Packages` has their names, sources and dependencies,
// `Translation-en` their descriptions. apt fetches them into a folder of ours and checks their signatures.
import { copyFile, mkdir, readdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { aptGet, privateState } from "./Apt.ts"
import * as Fetched from "./Fetched.ts"
import { SourceUnfetched } from "./SourceUnfetched.ts"
import * as Tool from "./Tool.ts"

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A folder for each component of the suite, such as `main/Translation-en`. */
export const fetch = Effect.fn("AptLists.fetch")(function* (
  pattern: string,
  suite: string
): Effect.fn.Return<Fetched.Fetched, SourceUnfetched> {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(suite))
    return yield* new SourceUnfetched({
      pattern,
      missing: "name",
      problem: `"${suite}" is no name of a suite`,
      advice: "Write apt-lists:suite/component/file, such as apt-lists:bookworm/main/Translation-en"
    })
  return yield* Fetched.once({ pattern, scheme: "apt-lists", name: suite, version: "" }, (draft) =>
    fill(draft, pattern, suite)
  )
})

/** A list that apt has, and where it goes. */
interface List {
  readonly suite: string
  readonly from: string
  /** relative */
  readonly to: string
}

/** Of apt's own names, `host_path_dists_suite_component_binary-amd64_Packages.lz4`, or of those that a person gives. */
const listOf = (name: string): List | undefined => {
  const [, suite, component, file] =
    /(?:^|_dists_)([^_]+)_([^_]+)_(?:binary-[^_]+_|i18n_)?(Packages|Translation-en)(?:\.\w+)?$/.exec(name) ??
    []
  return suite === undefined ? undefined : { suite, from: name, to: `${component}/${file}` }
}

const listsIn = (folder: string) =>
  Effect.promise(async () => {
    const names = await readdir(folder).catch(() => [])
    return names.toSorted(compare).flatMap((name) => listOf(name) ?? [])
  })

const fill = Effect.fnUntraced(function* (draft: Fetched.Draft, pattern: string, suite: string) {
  const given = (yield* listsIn(draft.downloads)).filter((list) => list.suite === suite)
  const place = ({ to }: List) =>
    Fetched.disk(pattern, draft.files, async () => {
      const target = join(draft.files, to)
      await mkdir(dirname(target), { recursive: true })
      return target
    })
  if (given.length > 0) {
    for (const list of given) {
      const target = yield* place(list)
      yield* Fetched.disk(pattern, target, () => copyFile(join(draft.downloads, list.from), target))
    }
    return given.map(({ from }) => join(draft.downloads, from))
  }
  const byHand = `put ${suite}_main_Packages and ${suite}_main_Translation-en, unpacked, into ${draft.downloads}`
  const apt = yield* aptGet(pattern, byHand)
  const helper = Tool.find(["/usr/lib/apt/apt-helper", "apt-helper"])
  const options = yield* privateState(pattern, draft.temporary)
  const cwd = draft.temporary
  // only here may the languages be set: container images turn them off, and a file of settings does not win over that
  const updated = yield* Tool.run(apt, [...options, "-o", "Acquire::Languages=en", "update"], { cwd })
  const lists = join(cwd, "lists")
  const all = yield* listsIn(lists)
  const wanted = all.filter((list) => list.suite === suite)
  if (wanted.length === 0 || helper === undefined) {
    const suites = [...new Set(all.map((list) => list.suite))].join(", ")
    return yield* new SourceUnfetched({
      pattern,
      missing: helper === undefined ? "tool" : "download",
      problem:
        helper === undefined
          ? "there is no apt-helper to unpack the lists with"
          : suites === ""
            ? `apt could not fetch its lists: ${Tool.telling(updated.stderr)}`
            : `apt's sources of this machine have no ${suite}, only ${suites}`,
      advice: `Check the network and apt's sources, or ${byHand}`
    })
  }
  const taken: Array<string> = []
  for (const list of wanted) {
    const from = join(lists, list.from)
    const into = yield* place(list)
    const { status, stderr } = yield* Tool.run(helper, ["cat-file", from], { cwd, into })
    if (status !== 0)
      return yield* new SourceUnfetched({
        pattern,
        missing: "file",
        problem: `${list.from} cannot be unpacked: ${Tool.telling(stderr)}`,
        advice: `Try again, or ${byHand}`
      })
    taken.push(from)
  }
  return taken
})
