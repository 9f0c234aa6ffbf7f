export * from "./Ingest.ts"
export { deduplicate } from "./deduplicate/Deduplicate.ts"
