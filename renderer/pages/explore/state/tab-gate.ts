/**
 * Lets few questions of the tabs of Explore through at a time. Cards ask for hundreds of runs piece by piece; standing in line
 * for each piece, all cards on screen get something soon instead of the first one everything.
 */
export interface Gate {
  pass<T>(work: () => Promise<T>): Promise<T>
  /** Only when nobody else asks: for what has time. */
  passLast<T>(work: () => Promise<T>): Promise<T>
}

export function gate(width: number): Gate {
  const waiting: (() => void)[] = []
  const last: (() => void)[] = []
  let inside = 0

  function open(): void {
    while (waiting.length > 0 && inside < width) {
      inside += 1
      waiting.shift()!()
    }
    if (inside === 0 && last.length > 0) {
      inside += 1
      last.shift()!()
    }
  }
  async function stand<T>(line: (() => void)[], work: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      line.push(resolve)
      open()
    })
    try {
      return await work()
    } finally {
      inside -= 1
      // Who has just been answered may ask for the next piece at once, before those who wait for silence.
      setTimeout(open)
    }
  }
  return { pass: (work) => stand(waiting, work), passLast: (work) => stand(last, work) }
}

/** One in work, two on their way: the host reads one after the other, and should never wait for the page. */
export const tabGate = gate(3)
