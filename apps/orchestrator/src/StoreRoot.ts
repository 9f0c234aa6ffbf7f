// Where the artifacts of a working folder live.
import { existsSync } from "node:fs"
import { dirname, join, resolve } from "node:path"

const marks = ["pnpm-workspace.yaml", "package.json", ".git"]

/** The nearest folder upwards that looks like a project's root, else the folder itself. */
const projectRoot = (from: string): string => {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (marks.some((mark) => existsSync(join(folder, mark)))) return folder
    if (dirname(folder) === folder) return resolve(from)
  }
}

/** `--store`, else the variable `INKSTONE_STORE`, else `.inkstone` in the project's root. */
export const storeRoot = (flag: string | undefined): string =>
  resolve(flag ?? process.env["INKSTONE_STORE"] ?? join(projectRoot(process.cwd()), ".inkstone"))
