// The error of every reader of tokenizer files.
import { Schema } from "effect"

/** The file is none, or holds something that this package cannot do with equal ids; `problem` names the field. */
export class TokenizerInvalid extends Schema.TaggedError<TokenizerInvalid>()("TokenizerInvalid", {
  /** name of the file, such as `tokenizer.json` or `spiece.model` */
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.problem}`
  }
}
