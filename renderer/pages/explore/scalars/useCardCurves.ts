/** All that one card draws: curves of runs, or of groups, with the closer look where it is zoomed in. */
import { computed } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { withDetail } from '../../../charts/scalar/model'
import type { DrawnCurve } from '../../../charts/scalar/model'
import type { Range } from '../../../charts/scales'
import { useExplore } from '../../../state/explore'
import { useDerived } from '../state/derived'
import { useRunStates } from '../state/run-states'
import { useScalarsView } from '../state/scalars'
import type { KnownTag } from '../state/tags'
import { drawnCurve, drawnGroup } from './drawn'
import { useGroupCurves } from './useGroupCurves'
import { useGroups } from './useGroups'
import { useScalarCurves } from './useScalarCurves'
import { useSmoothing } from './useSmoothing'
import { useZoomDetail } from './useZoomDetail'

export interface CardCurves {
  drawn: ComputedRef<DrawnCurve[]>
  inner: ComputedRef<readonly [number, number] | null>
  /** Share of the runs that are there; null: all of them. */
  loading: ComputedRef<{ done: number; total: number } | null>
  failure: ComputedRef<string | null>
  zoom: Ref<Range | null>
  retry(): void
}

export function useCardCurves(tag: () => KnownTag): CardCurves {
  const explore = useExplore()
  const scalars = useScalarsView()
  const grouping = useGroups()
  const smoothing = useSmoothing()
  const states = useRunStates()
  const derived = useDerived()

  const common = computed(() => ({
    tag: tag().tag,
    ...derived.among([tag().tag, ...(typeof scalars.view.x === 'object' ? [scalars.view.x.tag] : [])]),
    x: scalars.view.x,
    attempts: scalars.view.attempts,
    smoothing: smoothing.settled
  }))
  const question = computed(() => ({ ...common.value, inner: scalars.view.ignoreOutliers }))
  const runIds = computed(() => (grouping.groups ? [] : explore.shownIds.filter((id) => tag().runIds.has(id))))
  const curves = useScalarCurves(
    () => question.value,
    () => runIds.value
  )
  const { zoom, detail } = useZoomDetail(
    () => question.value,
    () => curves.curves.value
  )
  const groups = useGroupCurves(() =>
    grouping.groups
      ? {
          ...common.value,
          groups: grouping.groups
            .map(({ name, runIds: ids }) => ({ name, runIds: ids.filter((id) => tag().runIds.has(id)) }))
            .filter((group) => group.runIds.length > 0),
          center: scalars.view.center,
          band: scalars.view.band
        }
      : null
  )

  const drawnRuns = computed(() =>
    explore.shown.flatMap((run) => {
      const curve = curves.curves.value.get(run.id)
      if (!curve || curve.x.length === 0) return []
      const whole = drawnCurve(curve, run.name, explore.colorOf(run))
      const closer = detail.value?.curves.get(run.id)
      const shown =
        closer && detail.value && whole.ascending
          ? withDetail(whole, drawnCurve(closer, run.name, whole.color), detail.value.range)
          : whole
      return [{ ...shown, parts: states.partsOfCurve(run.id, shown.steps) }]
    })
  )
  const drawnGroups = computed(() =>
    (groups.state.value.value ?? []).map((curve) =>
      drawnGroup(curve, grouping.colorByName.get(curve.name) ?? explore.colorOfKey(null), scalars.view.band !== 'none')
    )
  )

  return {
    drawn: computed(() => (grouping.groups ? drawnGroups.value : drawnRuns.value)),
    inner: computed(() => (scalars.view.ignoreOutliers && !grouping.groups ? curves.inner.value : null)),
    loading: computed(() => {
      if (!grouping.groups) return curves.progress.value
      return groups.state.value.status === 'loading' ? { done: 0, total: grouping.groups.length } : null
    }),
    failure: computed(() => {
      if (!grouping.groups) return curves.failure.value
      return groups.state.value.status === 'failed' ? groups.state.value.message : null
    }),
    zoom,
    retry: () => (grouping.groups ? void groups.refresh() : curves.retry())
  }
}
