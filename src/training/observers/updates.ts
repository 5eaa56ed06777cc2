import { updateScalars } from '../../hooks/gradients'
import type { HookObserver } from './kind'

export const updates: HookObserver = {
  change: (site, before, after) => site.scalars(updateScalars(before, after, site.spec.hooks))
}
