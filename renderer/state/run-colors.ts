/** Which palette colour a run or a group of runs has. One answer for every tab of Explore. */

/** Keys of what has a colour: the same group has the same one, whether runs are coloured or averaged by it. */
export const colorKey = {
  run: (id: string): string => `run ${id}`,
  group: (by: string, name: string): string => `${by} ${name}`
}

/**
 * Gives a colour to every key that has none: the one used least so far, the first of several. Colours that were given
 * once stay, so that a run that is removed does not repaint all after it.
 * @param groups the keys that are told apart on screen, all of them
 * @returns what has to be added
 */
export function assignColors(
  keys: readonly string[],
  given: Readonly<Record<string, number>>,
  palette: number
): Record<string, number> {
  const uses = new Array<number>(palette).fill(0)
  const missing: string[] = []
  for (const key of keys) {
    const color = given[key]
    if (color === undefined) missing.push(key)
    else uses[(color - 1) % palette] += 1
  }
  const added: Record<string, number> = {}
  for (const key of missing) {
    if (added[key] !== undefined) continue
    const least = uses.indexOf(Math.min(...uses))
    uses[least] += 1
    added[key] = least + 1
  }
  return added
}
