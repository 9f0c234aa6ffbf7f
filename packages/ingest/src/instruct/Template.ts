// A text with places for the parts of an example: `Summarise this: {text}`.

/** `{name}` is the part of that name, `{{` and `}}` are braces; undefined where a part is not there. */
export const filled = (template: string, parts: ReadonlyMap<string, string>): string | undefined => {
  let missing = false
  const text = template.replaceAll(/\{\{|\}\}|\{([^{}]+)\}/gu, (found, name: string | undefined) => {
    if (name === undefined) return found.slice(1)
    const part = parts.get(name)
    missing ||= part === undefined
    return part ?? ""
  })
  return missing ? undefined : text
}
