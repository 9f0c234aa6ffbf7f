// `pypi:package@version/path`: a wheel, fetched by pip with its own settings, checked against its own list of digests.
import { mkdir, readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import * as Fetched from "./Fetched.ts"
import { SourceUnfetched } from "./SourceUnfetched.ts"
import * as Tool from "./Tool.ts"
import { unpack, type Unpacked } from "./ZipArchive.ts"

/** The unpacked wheel. */
export const fetch = Effect.fn("Pypi.fetch")(function* (
  pattern: string,
  spec: string
): Effect.fn.Return<Fetched.Fetched, SourceUnfetched> {
  const [, name = "", version = ""] = /^([a-z0-9][\w.-]*)@([a-z0-9][\w.!+-]*)$/i.exec(spec) ?? []
  if (name === "")
    return yield* new SourceUnfetched({
      pattern,
      missing: "name",
      problem: `"${spec}" is no package with a version`,
      advice: "Write package@version, such as pypi:some-package@1.0.2/data/*: another version has other files"
    })
  return yield* Fetched.once({ pattern, scheme: "pypi", name: normal(name), version }, (draft) =>
    fill(draft, { pattern, name, version })
  )
})

/** Names of packages that mean the same (PEP 503). */
const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-")

interface Asked {
  readonly pattern: string
  readonly name: string
  readonly version: string
}

const fill = Effect.fnUntraced(function* (draft: Fetched.Draft, asked: Asked) {
  const wheel = (yield* wheelIn(draft.downloads, asked)) ?? (yield* download(draft, asked))
  const digests = yield* Effect.tryPromise({
    try: (signal) => unpack(wheel, draft.files, signal),
    catch: (cause) => broken(asked, wheel, cause instanceof Error ? cause.message : String(cause))
  })
  const record = [...digests.keys()].find((name) => /^[^/]+\.dist-info\/RECORD$/.test(name))
  const problem =
    record === undefined
      ? "it has no RECORD, the list of its files"
      : firstUnlike(digests, yield* Effect.promise(() => readFile(join(draft.files, record), "utf8")))
  if (problem !== undefined) return yield* broken(asked, wheel, problem)
  return [wheel]
})

const broken = ({ pattern }: Asked, wheel: string, problem: string) =>
  new SourceUnfetched({
    pattern,
    missing: "file",
    problem: `${wheel} is not what a wheel should be: ${problem}`,
    advice: "Fetch it again; if you put it there yourself, remove it"
  })

/** What of the unpacked files is not as the wheel's RECORD says: `path,sha256=digest,bytes` a line. */
const firstUnlike = (digests: Unpacked, record: string): string | undefined => {
  const listed = new Map<string, string>()
  for (const line of record.split(/\r?\n/)) {
    const [, quoted, plain, digest = ""] =
      /^(?:"((?:[^"]|"")*)"|([^,"]*)),(?:sha256=([\w-]*))?,/.exec(line) ?? []
    const name = quoted?.replaceAll('""', '"') ?? plain
    if (name !== undefined && name !== "") listed.set(name, digest)
  }
  for (const [name, digest] of digests) {
    const expected = listed.get(name)
    // RECORD and its signatures cannot hold their own digests
    if (/\.dist-info\/RECORD(?:\.jws|\.p7s)?$/.test(name)) continue
    if (expected === undefined) return `its RECORD does not know ${name}`
    if (expected !== digest) return `${name} is not as its RECORD says`
  }
  const lost = [...listed.keys()].find((name) => !digests.has(name) && !name.endsWith("/"))
  return lost === undefined ? undefined : `${lost} is missing`
}

/** The wheel of that package and version in a folder. */
const wheelIn = (folder: string, { name, version }: Asked) =>
  Effect.promise(async () => {
    const names = await readdir(folder).catch(() => [])
    const found = names.find((file) => {
      const [, dist = "", of = ""] = /^([^-]+)-([^-]+)-.+\.whl$/.exec(file) ?? []
      return normal(dist) === normal(name) && of === version
    })
    return found === undefined ? undefined : join(folder, found)
  })

const download = Effect.fnUntraced(function* (draft: Fetched.Draft, asked: Asked) {
  const { name, pattern, version } = asked
  const byHand = `or put its wheel (${name.replaceAll("-", "_")}-${version}-….whl) into ${draft.downloads}`
  const python = Tool.find(["python3", "python"])
  if (python === undefined)
    return yield* new SourceUnfetched({
      pattern,
      missing: "tool",
      problem: "there is no python3 on PATH to fetch it with",
      advice: `Install Python 3 with pip (Debian: apt install python3-pip), ${byHand}`
    })
  const [dest, temporary] = [join(draft.temporary, "wheels"), join(draft.temporary, "pip")]
  yield* Fetched.disk(pattern, draft.temporary, async () => {
    await mkdir(dest)
    await mkdir(temporary) // pip writes here first
  })
  const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
  args.push("--disable-pip-version-check", "--progress-bar", "off", "--dest", dest)
  const { status, stderr } = yield* Tool.run(python, [...args, `${name}==${version}`], {
    cwd: draft.temporary,
    env: { TMPDIR: temporary }
  })
  const wheel = yield* wheelIn(dest, asked)
  if (status === 0 && wheel !== undefined) return wheel
  return yield* new SourceUnfetched({
    pattern,
    missing: "download",
    problem: `pip could not download ${name} ${version}: ${Tool.telling(stderr)}`,
    advice: `Check the network and pip's settings, ${byHand}`
  })
})
