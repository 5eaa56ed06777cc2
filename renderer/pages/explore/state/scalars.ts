/** How the scalars are looked at now: axes, smoothing, groups, pinned cards, limits. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { XAxis } from '../../../../src/contract/recordings'
import { useExplore } from '../../../state/explore'
import { cardView, readScalarsView } from './scalars-view'
import type { CardView, ScalarsView } from './scalars-view'

const plainCard = cardView.parse({})

export const useScalarsView = defineStore('explore-scalars', () => {
  const explore = useExplore()
  const view = ref<ScalarsView>(readScalarsView(null))
  /** Where the pointer is on the x axis of all cards. */
  const cursor = ref<number | null>(null)

  watch(
    () => [explore.loaded, explore.renewed] as const,
    ([loaded], before) => {
      if (loaded !== before?.[0]) cursor.value = null
      if (loaded > 0) view.value = readScalarsView(explore.boards.scalars)
    },
    { immediate: true, flush: 'sync' }
  )
  watch(
    view,
    (value) => {
      if (explore.loaded > 0) explore.keepTab('scalars', value)
    },
    { deep: true }
  )

  const pinned = computed(() => new Set(view.value.pinned))
  function togglePin(tag: string): void {
    view.value.pinned = pinned.value.has(tag)
      ? view.value.pinned.filter((other) => other !== tag)
      : [...view.value.pinned, tag]
  }

  function card(tag: string): CardView {
    return view.value.cards[tag] ?? plainCard
  }
  /** Cards that look like all others are not kept. */
  function changeCard(tag: string, change: Partial<CardView>): void {
    const next = { ...card(tag), ...change }
    const { [tag]: _before, ...others } = view.value.cards
    const plain = (Object.keys(plainCard) as (keyof CardView)[]).every((key) => next[key] === plainCard[key])
    view.value.cards = plain ? others : { ...others, [tag]: next }
  }

  /** Positions on one axis mean nothing on another. */
  function setX(x: XAxis): void {
    view.value.x = x
    view.value.range = null
    cursor.value = null
    view.value.cards = Object.fromEntries(
      Object.entries(view.value.cards).map(([tag, kept]) => [tag, { ...kept, xMin: null, xMax: null }])
    )
  }

  return { view, cursor, pinned, togglePin, card, changeCard, setX }
})
