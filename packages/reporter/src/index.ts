export { report } from "./ReportStage.ts"
