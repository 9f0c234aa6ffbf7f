// How much of each source a mixture takes.

export interface MixtureSource {
  readonly label: string
  /** UTF-8 bytes of the documents that are mixed */
  readonly bytes: number
  /** passes over the source at most */
  readonly epochs: number
  /** wanted share, in any unit; undefined: by size */
  readonly weight: number | undefined
}

export interface Part {
  readonly label: string
  /** of the whole mixture, from 0 to 1 */
  readonly share: number
  /** UTF-8 bytes to take */
  readonly bytes: number
  /** passes over the source, 0.5 for half of it */
  readonly passes: number
}

/**
 * Shares are `size^(1/temperature)`, so that 1 keeps the proportions as they are and more raises what there is little of (Devlin et
 * al. 2019, Conneau et al. 2020); weights say them outright instead. As much is taken as the source that is
 * used up first allows, or `bytes` if that is less.
 */
export const partsOf = (
  sources: ReadonlyArray<MixtureSource>,
  { bytes = Infinity, temperature }: { readonly bytes?: number; readonly temperature: number }
): ReadonlyArray<Part> => {
  const wanted = sources.map(({ bytes: size, weight }) =>
    size === 0 ? 0 : (weight ?? (size === 0 ? 0 : size ** (1 / temperature)))
  )
  const whole = wanted.reduce((sum, weight) => sum + weight, 0)
  const shares = wanted.map((weight) => (whole === 0 ? 0 : weight / whole))
  const most = sources.reduce(
    (least, { bytes: size, epochs }, i) =>
      (shares[i] ?? 0) === 0 ? least : Math.min(least, (epochs * size) / (shares[i] ?? 1)),
    bytes
  )
  return sources.map(({ bytes: size, label }, i) => {
    const share = shares[i] ?? 0
    const taken = share === 0 ? 0 : share * most
    return { label, share, bytes: Math.round(taken), passes: size === 0 ? 0 : taken / size }
  })
}
