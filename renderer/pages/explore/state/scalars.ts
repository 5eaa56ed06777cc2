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

  /** Adds a derived curve, or changes one: what is known of its card goes with it to its new name. */
  function putDerived(name: string, expression: string, before: string | null): void {
    if (before !== null && before !== name) {
      const { [before]: kept, ...cards } = view.value.cards
      if (kept) view.value.cards = { ...cards, [name]: kept }
      view.value.pinned = view.value.pinned.map((tag) => (tag === before ? name : tag))
    }
    // Where it stood before.
    const others = Object.entries(view.value.derived).map(([key, text]): [string, string] =>
      key === before ? [name, expression] : [key, text]
    )
    view.value.derived = { ...Object.fromEntries(others), [name]: expression }
  }
  function removeDerived(name: string): void {
    const { [name]: _gone, ...others } = view.value.derived
    view.value.derived = others
    const { [name]: _card, ...cards } = view.value.cards
    view.value.cards = cards
    view.value.pinned = view.value.pinned.filter((tag) => tag !== name)
    // Over an axis that is no more nothing would be drawn.
    if (typeof view.value.x === 'object' && view.value.x.tag === name) setX('step')
  }

  return { view, cursor, pinned, togglePin, card, changeCard, setX, putDerived, removeDerived }
})
