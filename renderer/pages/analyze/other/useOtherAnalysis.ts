/** A second analysis beside the one that is shown: another one of the project, or the same one with another K. */
import { computed, onBeforeUnmount, ref } from 'vue'
import type { ComputedRef } from 'vue'
import type { Analysis, FittedStates } from '../../../../src/domain/analysis'
import { onEvent, request } from '../../../bridge/host'
import { useAnalyses } from '../../../state/analyses'
import { useAsked } from '../../../ui/useAsked'
import { pathAgreement } from './path-agreement'
import type { PathAgreement } from './path-agreement'

export interface OtherChoice {
  id: string
  /** Null: the K that the analysis has chosen, or, of the one that is shown, another one. */
  states: number | null
}

export interface OtherAnalysis {
  choice: ComputedRef<{ id: string; states: number } | null>
  analysis: ComputedRef<Analysis | null>
  fit: ComputedRef<FittedStates | null>
  /** Where its points stand in time, as those of the shown one do. */
  agreement: ComputedRef<PathAgreement | null>
  problem: ComputedRef<string | null>
  choose(choice: OtherChoice): void
}

/**
 * @param kept what the project remembers of the choice
 * @param wanted whether anybody looks at it; what nobody looks at is not asked for
 */
export function useOtherAnalysis(
  kept: { get(): OtherChoice | null; set(choice: OtherChoice): void },
  wanted: () => boolean
): OtherAnalysis {
  const analyses = useAnalyses()
  /** Grows when it was changed elsewhere. */
  const changed = ref(0)

  /** The one that was chosen, while it is there; else the newest beside the shown one; else that with another K. */
  const id = computed((): string | null => {
    const { list, current } = analyses
    const chosen = kept.get()
    if (chosen && list.some((one) => one.id === chosen.id)) return chosen.id
    return list.filter((one) => one.id !== current?.id).at(-1)?.id ?? current?.id ?? null
  })
  const { state } = useAsked(
    () =>
      wanted() && id.value !== null && id.value !== analyses.current?.id ? { id: id.value, at: changed.value } : null,
    (ask) => request('analysis.get', { id: ask.id }),
    (before, now) => before.id === now.id
  )
  onBeforeUnmount(
    onEvent('analysis.changed', (event) => {
      if (event.id === id.value) changed.value += 1
    })
  )

  const analysis = computed((): Analysis | null => {
    if (id.value === null) return null
    return id.value === analyses.current?.id ? analyses.current : state.value.value
  })
  const fit = computed((): FittedStates | null => {
    const found = analysis.value
    if (!found) return null
    const chosen = kept.get()
    const asked = chosen?.id === found.id ? found.fits.find(({ states }) => states === chosen.states) : undefined
    if (asked) return asked
    const own = analyses.current?.chosenStates
    if (found.id !== analyses.current?.id || own === undefined)
      return found.fits.find(({ states }) => states === found.chosenStates) ?? null
    // The K next to the shown one says most: which state is cut in two, or which two are one.
    const distance = (states: number): number => Math.abs(states - own) + (states < own ? 0.5 : 0)
    const others = found.fits.filter(({ states }) => states !== own && states > 1)
    const nearest = others.sort((a, b) => distance(a.states) - distance(b.states)).at(0)
    return nearest ?? found.fits.find(({ states }) => states === own) ?? null
  })

  return {
    analysis,
    fit,
    choice: computed(() => (id.value !== null && fit.value ? { id: id.value, states: fit.value.states } : null)),
    agreement: computed(() => {
      const { current, fit: shown } = analyses
      if (!analysis.value || !fit.value || !current || !shown) return null
      return pathAgreement(
        { runs: current.inputs.runs, fit: shown },
        { runs: analysis.value.inputs.runs, fit: fit.value }
      )
    }),
    problem: computed(() => (state.value.status === 'failed' ? state.value.message : null)),
    choose: (choice) => kept.set(choice)
  }
}
