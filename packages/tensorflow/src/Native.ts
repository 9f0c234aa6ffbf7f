// Finds or installs the native library: one folder a version, variant and recipe in the person's cache.
import { Effect } from "effect"
import { NativeUnavailable } from "./errors.ts"
import * as Installation from "./Installation.ts"
import type { Report } from "./Progress.ts"
import { recipes } from "./Recipe.ts"
import { settings } from "./Settings.ts"

export type { Installed } from "./Installation.ts"
export type { Progress, Report } from "./Progress.ts"

/** What is installed for the settings of this environment, if anything is; does not load it. */
export const find: Effect.Effect<Installation.Installed | undefined, NativeUnavailable> = Effect.flatMap(
  settings,
  (settings) => Installation.look(Installation.folderOf(settings, recipes[settings.variant]))
)

/** The same, failing with what to do where nothing is installed. */
export const require: Effect.Effect<Installation.Installed, NativeUnavailable> = Effect.gen(function* () {
  const installed = yield* find
  if (installed !== undefined) return installed
  const { cache } = yield* settings
  return yield* new NativeUnavailable({
    missing: "library",
    problem: `it is not installed in ${cache}`,
    advice: 'run "npm start", or "inkstone doctor" to see what that needs'
  })
})

/**
 * Installs the library unless it is there: from `INKSTONE_TENSORFLOW`, else by pip (274 MB). Atomic, and safe to repeat and
 * to run in several processes at once: the others wait. With `deep`, an installation whose files changed is replaced.
 */
export const install = Effect.fn("Native.install")(function* (
  report: Report,
  options: { readonly deep?: boolean } = {}
): Effect.fn.Return<Installation.Installed, NativeUnavailable> {
  const current = yield* settings
  return yield* Installation.make(recipes[current.variant], current, { report, deep: options.deep ?? false })
})
