// Cuts JSON text into its values as it streams past: the elements of an array, or values one after the other. It only looks for where
// a value ends; what is inside is for `JSON.parse` to judge.
import { Bounded } from "./Bounded.ts"
import { Damage } from "./Format.ts"

export interface JsonPiece {
  readonly text: string
  /** code points, of one too long to hold */
  readonly tooLong: number | undefined
  /** of all values, from 1 */
  readonly at: number
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d]
const isSpace = (unit: number): boolean => unit === 0x20 || (unit >= 9 && unit <= 13) || unit === 0xfeff

/**
 * Feed it with `push`, then call `end`. Where no value can begin, or one does not end, the values before come first, and the next call
 * throws `Damage`.
 */
export class JsonValues {
  readonly #value: Bounded
  #done: Array<JsonPiece> = []
  #count = 0
  /** brackets that are open inside the value; -1 between values */
  #depth = -1
  #inString = false
  #escaped = false
  #inArray = false
  /** inside the outer array: was the last thing a comma, a value, or its opening bracket? */
  #after: "open" | "comma" | "value" = "open"
  #damage: Damage | undefined

  /** `limit`: most code points of a value. */
  constructor(limit: number) {
    this.#value = new Bounded(limit)
  }

  push(chunk: string): ReadonlyArray<JsonPiece> {
    if (this.#damage !== undefined) throw this.#damage
    let from = 0
    for (let i = 0; i < chunk.length && this.#damage === undefined; i++) {
      const unit = chunk.charCodeAt(i)
      if (this.#depth < 0) {
        from = i
        if (!isSpace(unit)) this.#between(unit)
      } else if (this.#escaped) this.#escaped = false
      else if (this.#inString) {
        if (unit === backslash) this.#escaped = true
        else if (unit === quote) {
          this.#inString = false
          if (this.#depth === 0) from = this.#finish(chunk.slice(from, i + 1), i + 1)
        }
      } else if (unit === quote) this.#inString = true
      else if (unit === openObject || unit === openArray) this.#depth++
      else if (this.#depth === 0) {
        // a number or a word, which ends where something else begins
        if (unit === comma || unit === closeArray || isSpace(unit)) {
          from = this.#finish(chunk.slice(from, i), i)
          i--
        }
      } else if ((unit === closeObject || unit === closeArray) && --this.#depth === 0) {
        from = this.#finish(chunk.slice(from, i + 1), i + 1)
      }
    }
    if (this.#depth >= 0) this.#value.add(chunk.slice(from))
    return this.#take()
  }

  end(): ReadonlyArray<JsonPiece> {
    if (this.#damage !== undefined) throw this.#damage
    if (this.#depth > 0 || this.#inString) throw this.#damageAt("is cut off by the end of the file")
    if (this.#depth === 0) this.#finish("", 0)
    if (this.#inArray) throw this.#damageAt("never comes: the array is cut off by the end of the file")
    return this.#take()
  }

  #between(unit: number): void {
    if (this.#inArray) {
      if (unit === closeArray && this.#after !== "comma") {
        this.#inArray = false
        return
      }
      if (unit === comma && this.#after === "value") {
        this.#after = "comma"
        return
      }
      if (this.#after === "value") {
        this.#damage = this.#damageAt("should come after a comma")
        return
      }
    } else if (unit === openArray) {
      this.#inArray = true
      this.#after = "open"
      return
    }
    if (unit === comma || unit === closeArray || unit === closeObject) {
      this.#damage = this.#damageAt(`should begin where "${String.fromCharCode(unit)}" stands`)
      return
    }
    this.#inString = unit === quote
    this.#depth = unit === openObject || unit === openArray ? 1 : 0
  }

  #finish(rest: string, next: number): number {
    this.#value.add(rest)
    this.#count++
    this.#done.push({ ...this.#value.take(), at: this.#count })
    this.#depth = -1
    this.#after = "value"
    return next
  }

  #take(): ReadonlyArray<JsonPiece> {
    const done = this.#done
    this.#done = []
    return done
  }

  #damageAt(problem: string): Damage {
    return new Damage({ place: `record ${this.#count + 1}`, at: this.#count + 1, problem })
  }
}
