import { effectScope, nextTick, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { useAsked } from '../../../ui/useAsked'
import { keepsNumbers } from './useAcross'

const convergence = { metric: 'loss/val', threshold: 0.1, direction: 'below' as const }
const asked = { id: 'a', states: 3, restart: 5, axis: 'epoch' as const, convergence }

describe('numbers of all runs', () => {
  it('stay only while the threshold alone is another one', () => {
    expect(keepsNumbers(asked, { ...asked, convergence: { ...convergence, threshold: 0.2 } })).toBe(true)
    expect(keepsNumbers(asked, { ...asked, convergence: { ...convergence, metric: 'accuracy/val' } })).toBe(false)
    expect(keepsNumbers(asked, { ...asked, convergence: { ...convergence, direction: 'above' } })).toBe(false)
    expect(keepsNumbers(asked, { ...asked, restart: 6 })).toBe(false)
    expect(keepsNumbers(asked, { ...asked, states: 4 })).toBe(false)
    expect(keepsNumbers(asked, { ...asked, axis: 'step' })).toBe(false)
    expect(keepsNumbers(asked, { ...asked, id: 'b' })).toBe(false)
  })

  it('are known to be old until the new ones are there', async () => {
    const threshold = ref(1)
    const answers: ((value: number) => void)[] = []
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) await nextTick()
    }
    const scope = effectScope()
    const { state, asking } = scope.run(() =>
      useAsked(
        () => threshold.value,
        () => new Promise<number>((resolve) => answers.push(resolve)),
        () => true
      )
    )!
    const now = (): unknown[] => [state.value.status, state.value.value, asking.value]
    answers[0](10)
    await settle()
    expect(now()).toEqual(['loaded', 10, false])
    threshold.value = 2
    await settle()
    expect(now()).toEqual(['loaded', 10, true])
    threshold.value = 3
    await settle()
    answers[1](20)
    await settle()
    expect(now(), 'a late answer to the question before').toEqual(['loaded', 10, true])
    answers[2](30)
    await settle()
    expect(now()).toEqual(['loaded', 30, false])
    scope.stop()
  })
})
