// How long something took: on the clock, and of all processors together.
export const spent = async <A>(
  work: () => A | Promise<A>
): Promise<{ readonly wall: number; readonly cpu: number; readonly result: A }> => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const result = await work()
  const { system, user } = process.cpuUsage(cpu)
  return { wall: (performance.now() - start) / 1e3, cpu: (user + system) / 1e6, result }
}
