/**
 * Answers that come late. Between a question and its answer the user may have gone elsewhere: to another project, another
 * analysis, out of the dialog. What was asked then must neither overwrite what is shown now, nor complain about it.
 */
export interface Latest {
  /** Begins something new, after which nothing from before is wanted. @returns whether this is still wanted */
  begin(): () => boolean
  /** Nothing that was asked is wanted any more. */
  drop(): void
  /**
   * Asks, and begins something new with it. Long work may look whether it is still wanted.
   * @returns null when meanwhile something newer has begun; failures of what is no longer wanted are none
   */
  ask<T>(work: (isWanted: () => boolean) => Promise<T>): Promise<{ value: T } | null>
}

export function latest(): Latest {
  let turn = 0
  function begin(): () => boolean {
    const mine = ++turn
    return () => mine === turn
  }
  return {
    begin,
    drop: () => void begin(),
    async ask(work) {
      const isWanted = begin()
      try {
        const value = await work(isWanted)
        return isWanted() ? { value } : null
      } catch (error) {
        if (isWanted()) throw error
        return null
      }
    }
  }
}
