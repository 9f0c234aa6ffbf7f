// One text for one value: what digests and keys are made of.

/**
 * JSON with the keys of every object sorted by UTF-16 code unit, no spaces, and members that are `undefined` left out. Throws a
 * TypeError on what JSON cannot say (NaN, infinities, functions, bigints), naming the path, rather than writing `null`.
 *
 *     canonicalJson({ b: 1, a: [true] })   // {"a":[true],"b":1}
 */
export const canonicalJson = (value: unknown, path = "$"): string => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON cannot say`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => canonicalJson(item, `${path}[${index}]`)).join(",")}]`
  }
  if (typeof value === "object") {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, `${path}.${key}`)}`)
    return `{${members.join(",")}}`
  }
  throw new TypeError(`${path} is a ${typeof value}, which JSON cannot say`)
}
