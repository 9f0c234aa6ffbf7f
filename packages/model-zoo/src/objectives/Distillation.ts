// Distillation (Sanh et al. 2019): a student learns the distribution of a teacher over tokens, hidden tokens themselves, and to
// point its hidden states where the teacher's point. The teacher is asked in the same step and stays as it is.
import {
  cast,
  cosineDistance,
  frozen,
  GraphInvalid,
  Initializer,
  klDivergence,
  mul,
  type Objective,
  type Run,
  type Tensor,
  variable,
  type Variable
} from "@inkstone/graph"
import type { EncoderNetwork } from "../Network.ts"
import { foretold, maskedInputs, tokensHead } from "./MaskedLanguage.ts"

/** What a variable of the teacher is called in the program of the student, which may have parameters of the same names. */
export const teacherName = (parameter: string): string => `teacher/${parameter}`

export interface DistillationSettings {
  /** divides the logits of both before they are compared */
  readonly temperature: number
  /** factor of each loss */
  readonly divergence: number
  readonly nats: number
  /** 0 for a teacher with other channels */
  readonly cosine: number
}

/** As DistilBERT was trained, by its authors' command. */
export const distilBert: DistillationSettings = { temperature: 2, divergence: 5, nats: 2, cosine: 1 }

/**
 * Inputs: those of masked language modelling. Values: `divergence` [B, T], of the student's distribution from the teacher's at
 * each token that is no padding, in nats at the temperature, times its square; `nats` [B, P] of hidden tokens; `cosine` [B, T],
 * 1 minus the cosine between the hidden states of both, left out where its factor is 0.
 *
 * `teacher` are variables of the program that are not trained, have no slots and are not set by `init`: write into each the
 * array of the teacher whose name `teacherName` gives.
 *
 * @throws GraphInvalid if one of the networks has no head for tokens, or they do not agree in vocabulary, or in channels where
 * hidden states are compared
 */
export const distillation = (
  student: EncoderNetwork,
  teacher: EncoderNetwork,
  settings: DistillationSettings = distilBert
) => {
  if (student.vocabSize !== teacher.vocabSize)
    throw new GraphInvalid(
      "distillation",
      `the student has a vocabulary of ${student.vocabSize}, its teacher one of ${teacher.vocabSize}: they must be the same`
    )
  if (settings.cosine !== 0 && student.channels !== teacher.channels)
    throw new GraphInvalid(
      "distillation",
      `the student has ${student.channels} channels, its teacher ${teacher.channels}: set cosine to 0`
    )
  const inputs = maskedInputs()
  const variables = new Map<Tensor, Variable>(
    teacher.parameters.map((parameter) => [
      parameter,
      variable(teacherName(parameter.name), parameter.dtype, parameter.shape, Initializer.zeros)
    ])
  )
  const [says, taught] = [tokensHead(student), tokensHead(teacher)]

  const terms = (run: Run) => {
    const { mask, tokens } = inputs
    const read = cast(mask, "float32") // [B, T]
    const asked = { precision: run.precision, mask } // the teacher drops nothing
    const shown = teacher.hidden(tokens, asked) // [B, T, C]
    const [goal = shown, likely = shown] = frozen([shown, taught(shown, asked)], variables)
    const hidden = student.hidden(tokens, { ...run, mask }) // [B, T, C]
    const { temperature } = settings
    const apart = klDivergence(likely, says(hidden, run), { temperature }) // [B, T]
    return {
      divergence: { values: mul(apart, temperature ** 2), weights: read, factor: settings.divergence },
      nats: { ...foretold(says, hidden, { ...inputs, run }), factor: settings.nats },
      ...(settings.cosine === 0
        ? {}
        : { cosine: { values: cosineDistance(hidden, goal), weights: read, factor: settings.cosine } })
    }
  }
  return {
    parameters: student.parameters,
    inputs,
    terms,
    teacher: [...variables.values()]
  } satisfies Objective & { readonly teacher: ReadonlyArray<Variable> }
}
