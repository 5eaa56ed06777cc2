/** The cursor that all views over time share: where it stands in this one, and which epoch the pointer is over. */
import { computed } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { epochToPixel, pixelToEpoch } from './time-axis'
import type { TimeDomain } from './time-axis'

export function useTimeCursor(
  host: Ref<HTMLElement | null>,
  width: Ref<number>,
  props: { domain: TimeDomain; cursor?: number | null }
): { cursorX: ComputedRef<number | null>; epochAt(event: MouseEvent): number | null } {
  return {
    cursorX: computed(() =>
      props.cursor === null || props.cursor === undefined ? null : epochToPixel(props.cursor, props.domain, width.value)
    ),
    epochAt: (event) =>
      pixelToEpoch(event.clientX - host.value!.getBoundingClientRect().left, props.domain, width.value)
  }
}
