// What is wrong with a pipeline, every problem at once, each with the place where a person has to look.
import { Schema } from "effect"

/** One thing that is wrong. `line` and `column` count from 1; 0 where the pipeline has no file (built in TypeScript). */
export const Problem = Schema.Struct({
  line: Schema.Int,
  column: Schema.Int,
  /** what is wrong, naming the node, port, field and value */
  problem: Schema.String,
  /** the nearest right name or what to do; empty where there is nothing useful to say */
  suggestion: Schema.String,
  /** the offending line as it stands in the file; empty without a file */
  source: Schema.String
})
export type Problem = typeof Problem.Type

const render = (file: string, problem: Problem): string => {
  const place = problem.line === 0 ? file : `${file}:${problem.line}:${problem.column}`
  const advice = problem.suggestion === "" ? "" : `\n    ${problem.suggestion}`
  if (problem.source === "") return `${place}: ${problem.problem}${advice}`
  const gutter = `${problem.line}`.padStart(5)
  const caret = `${" ".repeat(gutter.length)} | ${" ".repeat(problem.column - 1)}^`
  return `${place}: ${problem.problem}\n${gutter} | ${problem.source}\n${caret}${advice}`
}

/** The pipeline cannot be planned. `message` shows each problem with file, line, column, the line itself and a suggestion. */
export class PipelineInvalid extends Schema.TaggedError<PipelineInvalid>()("PipelineInvalid", {
  file: Schema.String,
  problems: Schema.Array(Problem)
}) {
  override get message() {
    return this.problems.map((problem) => render(this.file, problem)).join("\n")
  }
}
