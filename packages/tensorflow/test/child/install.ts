// Installs the recipe of a JSON file: `install.ts <file>`; says each note once, then the folder.
import { readFileSync } from "node:fs"
import { Effect } from "effect"
import * as Installation from "../../src/Installation.ts"

const { recipe, settings } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"))
let said: string | undefined
const report = ({ note }: { readonly note?: string }) =>
  Effect.sync(() => {
    if (note !== said) process.stdout.write(`${note}\n`)
    said = note
  })
const installed = await Effect.runPromise(Installation.make(recipe, settings, { report, deep: false }))
process.stdout.write(`installed ${installed.folder}\n`)
