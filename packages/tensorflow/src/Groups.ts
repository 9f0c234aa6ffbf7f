// Reading and writing many variables. TensorFlow prepares each new set of fetches by looking through the whole graph, so one run
// each is slow; all at once would be twice the model in memory.

/** of what crosses in one run */
const groupBytes = 64 * 2 ** 20

/** Items in order, in runs of about 64 MB; a larger one has a run of its own. */
export const grouped = <A>(
  items: ReadonlyArray<A>,
  bytesOf: (item: A) => number
): ReadonlyArray<ReadonlyArray<A>> => {
  const made: Array<Array<A>> = []
  let room = 0
  for (const item of items) {
    const bytes = bytesOf(item)
    if (bytes > room || made.length === 0) {
      made.push([])
      room = groupBytes
    }
    made.at(-1)?.push(item)
    room -= bytes
  }
  return made
}
