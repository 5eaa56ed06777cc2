/** Adding a kind of hook: what observes it, as it would stand in src/training/observers. The share of gradients above zero. */
import { isInside } from '../../models/architecture'
import type { HookObserver } from '../../training/observers/kind'

/** Would be one of `tagOf` in src/domain/tags.ts. */
export const positiveShare = (hook: string): string => `gradient_signs/${hook}/positive`

export const gradientSigns: HookObserver = {
  gradients(site, all) {
    for (const hook of site.spec.hooks) {
      const inside = all.filter(({ spec: { owner } }) => isInside(owner, hook)).flatMap(({ values }) => [...values])
      if (inside.length > 0) {
        site.scalars({ [positiveShare(hook)]: inside.filter((value) => value > 0).length / inside.length })
      }
    }
    return Promise.resolve()
  }
}
