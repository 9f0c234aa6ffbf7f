import { mkdir, realpath, writeFile } from "node:fs/promises"
import path from "node:path"
import { afterEach, describe, expect, it, vi } from "vitest"
import { storeRoot } from "../src/StoreRoot.ts"
import { temporary } from "./inkstone.ts"

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe("the store's folder", () => {
  it("is what the flag says, else what the variable says, made absolute", () => {
    vi.stubEnv("INKSTONE_STORE", "/elsewhere/store")
    expect(storeRoot("here")).toBe(path.resolve("here"))
    expect(storeRoot(undefined)).toBe("/elsewhere/store")
  })

  it("is else .inkstone in the nearest folder upwards that is a project's root", async () => {
    await using folder = await temporary()
    const project = await realpath(folder.path)
    const below = path.join(project, "books", "old")
    await mkdir(below, { recursive: true })
    await writeFile(path.join(project, "package.json"), "{}")
    vi.stubEnv("INKSTONE_STORE", undefined)
    vi.spyOn(process, "cwd").mockReturnValue(below)
    expect(storeRoot(undefined)).toBe(path.join(project, ".inkstone"))
    await writeFile(path.join(below, "package.json"), "{}")
    expect(storeRoot(undefined)).toBe(path.join(below, ".inkstone"))
  })
})
