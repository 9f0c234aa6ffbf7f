// A TensorFlow of a few kilobytes: real shared libraries, a real addon, a real wheel. Installing it takes half a second.
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import type { Recipe } from "../src/Recipe.ts"
import { zip } from "./Zip.ts"

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const script = (path: string, body: string) => {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

const addon = `
#include <node_api.h>
extern "C" const char *TinyVersion();
static napi_value Init(napi_env env, napi_value exports) {
  napi_value version;
  napi_create_string_utf8(env, TinyVersion(), NAPI_AUTO_LENGTH, &version);
  napi_set_named_property(env, exports, "TF_Version", version);
  return exports;
}
NAPI_MODULE(tiny, Init)
`

export interface Tiny {
  readonly folder: string
  readonly wheel: string
  /** the same, unpacked as pip would */
  readonly sitePackages: string
  readonly recipe: Recipe
  /** a program that waits until `release` is called and then compiles */
  readonly slowCompiler: string
  readonly release: () => void
  /** a folder for PATH with a `python3` of this body */
  readonly python: (body: string) => string
}

/** Made anew for each test, gone with its scope. */
export const make = Effect.acquireRelease(
  Effect.sync((): Tiny => {
    const folder = mkdtempSync(join(tmpdir(), "inkstone-tiny-"))
    const sources = join(folder, "package", "binding")
    mkdirSync(sources, { recursive: true })
    const files = [
      "tf_auto_status.h",
      "tf_auto_tensor.h",
      "tfe_auto_op.h",
      "tfjs_backend.h",
      "utils.h",
      "tfjs_backend.cc"
    ]
    for (const file of files) writeFileSync(join(sources, file), "\n")
    writeFileSync(join(sources, "tfjs_binding.cc"), addon)

    const library = (name: string, source: string) => {
      const target = join(folder, name)
      const args = ["-shared", "-fPIC", `-Wl,-soname,${name}`, "-x", "c++", "-", "-o", target]
      execFileSync("c++", args, { input: source })
      return readFileSync(target)
    }
    const cc = library("libtensorflow_cc.so.2", `extern "C" const char *TinyVersion() { return "9.9.9"; }`)
    const framework = library("libtensorflow_framework.so.2", `int nothing;`)
    const header = Buffer.from("// a header\n")
    const members = {
      "tensorflow/libtensorflow_cc.so.2": cc,
      "tensorflow/libtensorflow_framework.so.2": framework,
      "tensorflow/include/tensorflow/c/c_api.h": header,
      "tensorflow/python/unused.py": Buffer.from("pass\n"),
      "nvidia/cublas/lib/libcublas.so.12": Buffer.from("cublas"),
      "nvidia/cublas/include/cublas.h": header,
      "nvidia/cuda_nvcc/bin/ptxas": Buffer.from("ptxas")
    }
    const sitePackages = join(folder, "site-packages")
    for (const [name, bytes] of Object.entries(members)) {
      mkdirSync(dirname(join(sitePackages, name)), { recursive: true })
      writeFileSync(join(sitePackages, name), bytes)
    }
    const wheels = join(folder, "wheels")
    mkdirSync(wheels)
    const wheel = join(wheels, "tiny-9.9.9-py3-none-any.whl")
    writeFileSync(wheel, zip(members))
    const bytes = readFileSync(wheel)
    const go = join(folder, "go")
    return {
      folder,
      wheel,
      sitePackages,
      recipe: {
        version: "9.9.9",
        variant: "cuda",
        wheels: [
          {
            requirement: "tiny==9.9.9",
            file: "tiny-9.9.9-py3-none-any.whl",
            bytes: bytes.length,
            sha256: sha256(bytes)
          }
        ],
        parts: [
          {
            member: "tensorflow/libtensorflow_cc.so.2",
            target: "lib/libtensorflow_cc.so.2",
            sha256: sha256(cc)
          },
          {
            member: "tensorflow/libtensorflow_framework.so.2",
            target: "lib/libtensorflow_framework.so.2",
            sha256: sha256(framework)
          },
          { member: "tensorflow/include/tensorflow/c/c_api.h", target: "include/tensorflow/c/c_api.h" }
        ],
        folders: ["nvidia"],
        unpackedBytes: cc.length + framework.length,
        sources
      },
      slowCompiler: script(
        join(folder, "slow-c++"),
        `while [ ! -e ${go} ]; do sleep 0.05; done; exec c++ "$@"`
      ),
      release: () => writeFileSync(go, ""),
      python: (body) => {
        const bin = mkdtempSync(join(folder, "bin-"))
        script(join(bin, "python3"), body)
        return bin
      }
    }
  }),
  ({ folder, release }) =>
    Effect.sync(() => {
      release()
      rmSync(folder, { recursive: true, force: true })
    })
)
