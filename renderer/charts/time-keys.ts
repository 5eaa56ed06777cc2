/** Keys that move the shared cursor along an axis of time, from one recorded point to the next. */

/** What a key asks for: so many points on (less than zero: back), or an end. */
export type TimeMove = number | 'first' | 'last'

/** With Shift, a twentieth of the axis at a time: twenty presses are a whole run, however long it is. */
const stridesPerAxis = 20

/**
 * @param points how many there are
 * @returns null: the key is none of these
 */
export function timeMoveOf(event: Pick<KeyboardEvent, 'key' | 'shiftKey'>, points: number): TimeMove | null {
  const stride = event.shiftKey ? Math.max(2, Math.round(points / stridesPerAxis)) : 1
  switch (event.key) {
    case 'ArrowLeft':
      return -stride
    case 'ArrowRight':
      return stride
    case 'Home':
      return 'first'
    case 'End':
      return 'last'
    default:
      return null
  }
}

/**
 * Where the cursor stands after a move. Without a cursor, the first move enters at the end that it comes from.
 * @param times of the points, ascending
 * @param at index of the point under the cursor, -1 for none
 * @returns null where there are no points
 */
export function movedTime(times: ArrayLike<number>, at: number, move: TimeMove): number | null {
  const last = times.length - 1
  if (last < 0) return null
  if (move === 'first') return times[0]
  if (move === 'last') return times[last]
  if (at < 0) return move > 0 ? times[0] : times[last]
  return times[Math.max(0, Math.min(last, at + move))]
}
