import { defineConfig } from "vitest/config"

// words of a megabyte and thousands of strings take their time on a busy machine; files share a process each core, since loading
// Effect and vocabularies anew costs more CPU than most files' tests
export default defineConfig({ test: { testTimeout: 60_000, isolate: false } })
