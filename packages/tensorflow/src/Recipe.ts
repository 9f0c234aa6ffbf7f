// What an installation consists of: which wheels, which of their files, how the addon is built. Everything is pinned.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import * as Wheels from "./Wheels.ts"

/** A file of a wheel and where it goes in the installation; `sha256` where it must hold from a folder as well. */
export interface Part {
  readonly member: string
  readonly target: string
  readonly sha256?: string
}

export interface Recipe {
  readonly version: string
  readonly variant: "cpu" | "cuda"
  readonly wheels: ReadonlyArray<Wheels.Wheel>
  readonly parts: ReadonlyArray<Part>
  /**
   * Folders of the wheels that go beside `lib` as they are, less headers and static libraries: the library looks for the
   * NVIDIA ones in `$ORIGIN/../nvidia/<name>/lib` (its rpath) and for ptxas in `../nvidia/cuda_nvcc`.
   */
  readonly folders: ReadonlyArray<string>
  readonly unpackedBytes: number
  /** Folder with the sources of the addon. */
  readonly sources: string
}

const tfjs = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-node-gpu/package.json"))

/** What the addon's two files include, directly or not (`g++ -M`). */
const headers = [
  "tensorflow/c/c_api.h",
  "tensorflow/c/c_api_macros.h",
  "tensorflow/c/eager/c_api.h",
  "tensorflow/c/tf_attrtype.h",
  "tensorflow/c/tf_buffer.h",
  "tensorflow/c/tf_datatype.h",
  "tensorflow/c/tf_status.h",
  "tensorflow/c/tf_tensor.h",
  "tensorflow/c/tf_tstring.h",
  "tensorflow/core/platform/ctstring.h",
  "tensorflow/core/platform/ctstring_internal.h",
  "tsl/platform/ctstring.h",
  "tsl/platform/ctstring_internal.h",
  "xla/tsl/c/tsl_status.h"
].map((header) => ({ member: `tensorflow/include/${header}`, target: `include/${header}` }))

const library = (name: string, sha256: string) => ({
  member: `tensorflow/${name}`,
  target: `lib/${name}`,
  sha256
})

const sources = join(tfjs, "binding")
/** The second, small addon: see there. */
export const quietSource = join(import.meta.dirname, "../native/quiet.cc")

/** What is pinned of TensorFlow 2.21, for each variant. */
export const recipes: Readonly<Record<"cpu" | "cuda", Recipe>> = {
  cpu: {
    version: "2.21.0",
    variant: "cpu",
    wheels: Wheels.cpu,
    parts: [
      library("libtensorflow_cc.so.2", "6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e"),
      library(
        "libtensorflow_framework.so.2",
        "f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b"
      ),
      ...headers
    ],
    folders: [],
    unpackedBytes: 853_400_000,
    sources
  },
  cuda: {
    version: "2.21.0",
    variant: "cuda",
    wheels: Wheels.cuda,
    parts: [
      library("libtensorflow_cc.so.2", "2889ecc99d7641620f41a4bea538f4dd4b626f75aa3e12623161ae939054191c"),
      library(
        "libtensorflow_framework.so.2",
        "98847c6f0448308159f6d3ff55e13a9e92978598c7fbb34cde63aadf35c6fe84"
      ),
      ...headers
    ],
    folders: ["nvidia"],
    unpackedBytes: 5_672_000_000,
    sources
  }
}

/** N-API 8 is in every Node since 15.12, so one addon serves them all. */
export const compilerFlags = ["-O2", "-std=c++17", "-shared", "-fPIC", "-DNAPI_VERSION=8"]
export const linkerFlags = [
  "-Llib",
  "-l:libtensorflow_cc.so.2",
  "-l:libtensorflow_framework.so.2",
  "-Wl,-rpath,$ORIGIN/lib"
]
export const sourceFiles = ["tfjs_backend.cc", "tfjs_binding.cc"]
const sourceHeaders = ["tf_auto_status.h", "tf_auto_tensor.h", "tfe_auto_op.h", "tfjs_backend.h", "utils.h"]

/** Name of the installation's folder: it changes with anything that would make another addon or another library. */
export const folderName = (recipe: Recipe): string => {
  const hash = createHash("sha256")
  hash.update(JSON.stringify([recipe.wheels, recipe.parts, recipe.folders, compilerFlags, linkerFlags]))
  for (const file of [...sourceFiles, ...sourceHeaders]) hash.update(readFileSync(join(recipe.sources, file)))
  hash.update(readFileSync(quietSource))
  return `${recipe.version}-${recipe.variant}-${hash.digest("hex").slice(0, 12)}`
}
