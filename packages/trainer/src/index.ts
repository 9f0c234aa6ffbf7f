export { learningRateAt, type Schedule } from "./Schedule.ts"
