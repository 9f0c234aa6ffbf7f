// Lines of code per package, source and tests apart, so that growth is seen: `pnpm size`.
import { globSync, readFileSync } from "node:fs"

process.chdir(new URL("..", import.meta.url).pathname)
const lines = (pattern) =>
  globSync(pattern, { exclude: (name) => name === "node_modules" })
    .map((file) => readFileSync(file, "utf8").split("\n").length - 1)
    .reduce((n, each) => n + each, 0)
for (const folder of globSync(["packages/*", "apps/*"]).toSorted())
  console.log(
    `${folder.padEnd(24)} ${String(lines(`${folder}/src/**/*.ts`)).padStart(6)} source ${String(lines(`${folder}/test/**/*.ts`)).padStart(6)} test`
  )
console.log(
  `${"test".padEnd(24)} ${String(0).padStart(6)} source ${String(lines("test/**/*.ts")).padStart(6)} test`
)
