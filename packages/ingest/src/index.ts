export * from "./Ingest.ts"
export { decontaminate } from "./decontaminate/Decontaminate.ts"
export { deduplicate } from "./deduplicate/Deduplicate.ts"
export { examples } from "./examples/Examples.ts"
