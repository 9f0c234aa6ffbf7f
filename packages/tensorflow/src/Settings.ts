// Where the native library is kept and where it comes from; all settings are variables of the environment.
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { Config, Effect, Option } from "effect"
import { NativeUnavailable } from "./errors.ts"

export interface Settings {
  /** `INKSTONE_CACHE`, else `XDG_CACHE_HOME/inkstone`, else `~/.cache/inkstone` */
  readonly cache: string
  /** `INKSTONE_TENSORFLOW`: a wheel, a folder of wheels or an unpacked folder to install from, instead of pip */
  readonly source: string | undefined
  /** `INKSTONE_TENSORFLOW_VARIANT`: `cpu` (default) or `cuda` */
  readonly variant: "cpu" | "cuda"
  /** `INKSTONE_COMPILE_CACHE`: `on` (default) or `off`; whether what XLA compiles is kept for other processes */
  readonly compileCache: boolean
}

const path = (name: string) =>
  Config.String(name).pipe(
    Config.option,
    Config.map(Option.filter((value) => value !== "")),
    Config.map(Option.map((value) => resolve(value)))
  )

const config = Config.all({
  cache: path("INKSTONE_CACHE"),
  xdg: path("XDG_CACHE_HOME"),
  source: path("INKSTONE_TENSORFLOW"),
  variant: Config.Literals(["cpu", "cuda"], "INKSTONE_TENSORFLOW_VARIANT").pipe(
    Config.withDefault("cpu" as const)
  ),
  compileCache: Config.Literals(["on", "off"], "INKSTONE_COMPILE_CACHE").pipe(
    Config.withDefault("on" as const)
  )
})

export const settings: Effect.Effect<Settings, NativeUnavailable> = Effect.gen(function* () {
  const { cache, compileCache, source, variant, xdg } = yield* config
  const caches = Option.getOrElse(xdg, () => join(homedir(), ".cache"))
  return {
    cache: Option.getOrElse(cache, () => join(caches, "inkstone")),
    source: Option.getOrUndefined(source),
    variant,
    compileCache: compileCache === "on"
  }
}).pipe(
  Effect.mapError(
    (error) =>
      new NativeUnavailable({
        missing: "setting",
        problem: error.message,
        advice: "INKSTONE_TENSORFLOW_VARIANT is cpu or cuda, INKSTONE_COMPILE_CACHE on or off"
      })
  )
)
