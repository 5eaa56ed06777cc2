/** Layouts of a page under names: those that it comes with, and the user's own. */
import type { ComputedRef } from 'vue'
import type { Layout } from './layout'

export interface NamedLayout {
  name: string
  layout: Layout
}

export interface Layouts {
  presets: readonly NamedLayout[]
  own: ComputedRef<readonly NamedLayout[]>
  /** The name of the one that is shown as it was kept. */
  current: ComputedRef<string | null>
  /** The name of the one that was chosen last: what resetting goes back to. */
  base: ComputedRef<string>
  apply(named: NamedLayout): void
  reset(): void
  /** A name that is one of the user's already gets what is shown now. */
  save(name: string): void
  /** Why a layout cannot have this name, as a sentence. @param own its name so far */
  problemOf(name: string, own?: string): string | null
  rename(name: string, to: string): void
  remove(name: string): void
}
