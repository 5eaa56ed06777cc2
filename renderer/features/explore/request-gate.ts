/**
 * Lets few questions of the dashboards through at a time. Cards ask for hundreds of runs piece by piece; standing in line
 * for each piece, all cards on screen get something soon instead of the first one everything.
 */
export interface Gate {
  pass<T>(work: () => Promise<T>): Promise<T>
}

export function gate(width: number): Gate {
  const waiting: (() => void)[] = []
  let free = width
  return {
    async pass(work) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free += 1
      }
    }
  }
}

/** One in work, two on their way: the host reads one after the other, and should never wait for the page. */
export const boardGate = gate(3)
