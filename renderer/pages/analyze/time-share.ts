/** Pieces of a run's time that are told apart. */
const pieces = 20

/**
 * How far states merely follow time: the share of all points that are in the state most common at their part of the run.
 * 1: knowing how much of a run is over tells the state. What time cannot tell, runs do at different moments, or go back.
 * @param paths the state of every point, by run.
 */
export function shareToldByTime(paths: readonly (readonly number[])[], states: number): number {
  const counts = Array.from({ length: pieces }, () => new Uint32Array(states))
  let all = 0
  for (const path of paths)
    path.forEach((state, t) => {
      counts[Math.floor((t * pieces) / path.length)][state]++
      all++
    })
  if (all === 0) return 1
  return counts.reduce((sum, piece) => sum + Math.max(...piece), 0) / all
}
