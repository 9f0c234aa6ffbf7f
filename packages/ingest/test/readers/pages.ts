// The small files of test/golden/pages, which make.py made with other tools.
import { readFileSync } from "node:fs"
import { join } from "node:path"

export const pages = (name: string): Buffer<ArrayBuffer> =>
  readFileSync(join(import.meta.dirname, "..", "golden", "pages", name))
