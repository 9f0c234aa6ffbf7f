import { defineConfig } from "vitest/config"

// words of a megabyte and thousands of strings take their time on a busy machine
export default defineConfig({ test: { testTimeout: 60_000 } })
