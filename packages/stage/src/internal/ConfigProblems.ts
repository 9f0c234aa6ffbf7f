// The tree of what a schema did not like, as a flat list for a person: where, what, and what was probably meant.
import { type SchemaAST, SchemaIssue } from "effect"
import { nearest } from "../Nearest.ts"

export interface ConfigProblem {
  /** such as `sizes.0.width` */
  readonly path: string
  readonly problem: string
  /** empty where nothing is near */
  readonly suggestion: string
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

export const problemsIn = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey> = []
): ReadonlyArray<ConfigProblem> => {
  switch (issue._tag) {
    case "Pointer":
      return problemsIn(issue.issue, [...path, ...issue.path])
    case "Encoding":
      return problemsIn(issue.issue, path)
    case "Composite":
      return issue.issues.flatMap((inner) => problemsIn(inner, path))
    case "AnyOf":
      return issue.issues.length > 0
        ? issue.issues.flatMap((inner) => problemsIn(inner, path))
        : [wrongValue(issue, issue.ast, path)]
    case "UnexpectedKey":
      return [unknownKey(issue.ast, path)]
    case "MissingKey":
      return [{ path: path.join("."), problem: "is missing", suggestion: "" }]
    case "InvalidType":
      return [wrongValue(issue, issue.ast, path)]
    default:
      return ruled(issue, path)
  }
}

/** What a rule over several fields said, at the field it names. */
const ruled = (issue: SchemaIssue.Issue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<ConfigProblem> =>
  format(issue).issues.map(({ message, path: below }) => ({
    path: [...path, ...(below ?? [])]
      .map((part) => String(typeof part === "object" ? part.key : part))
      .join("."),
    problem: plain(message),
    suggestion: ""
  }))

/** What a schema lets pass and we do not: anything but a mapping, and keys where `Struct({})` knows none. */
export const strayIn = (ast: SchemaAST.AST, given: unknown): ReadonlyArray<ConfigProblem> => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return [{ path: "", problem: `expected settings by name, got ${JSON.stringify(given)}`, suggestion: "" }]
  }
  const open = ast._tag !== "Objects" || ast.propertySignatures.length + ast.indexSignatures.length > 0
  return open ? [] : Object.keys(given).map((key) => unknownKey(ast, [key]))
}

const unknownKey = (ast: SchemaAST.AST, path: ReadonlyArray<PropertyKey>): ConfigProblem => {
  const known = ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []
  const suggestion = nearest(String(path.at(-1)), known) ?? ""
  const names = known.length === 0 ? "there are no settings here" : `known are ${known.join(", ")}`
  return { path: path.join("."), problem: `is not a setting (${names})`, suggestion }
}

const wrongValue = (
  issue: SchemaIssue.Issue,
  ast: SchemaAST.AST,
  path: ReadonlyArray<PropertyKey>
): ConfigProblem => {
  const given = SchemaIssue.hasInput(issue) ? issue.input : undefined
  const suggestion = typeof given === "string" ? nearest(given, literals(ast)) : undefined
  return { path: path.join("."), problem: said(issue), suggestion: suggestion ?? "" }
}

/** The strings that a schema would have taken. */
const literals = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Literal") return typeof ast.literal === "string" ? [ast.literal] : []
  return ast._tag === "Union" ? ast.types.flatMap(literals) : []
}

/** Effect's own words, less the `undefined` that only stands for "may be left out". */
const plain = (message: string): string => message.replace(" | undefined", "").replace(/^E/, "e")

const said = (issue: SchemaIssue.Issue): string =>
  format(issue)
    .issues.map(({ message }) => plain(message))
    .join(" and ")
