/**
 * What is wrong with the fields of a form, field by field. A form asks for it once; each field below it says what is typed
 * and cannot be used, and takes it back when it goes. Nothing starts from a form in which a field says something.
 */
import { computed, inject, onBeforeUnmount, provide, shallowReactive, type ComputedRef, type InjectionKey } from 'vue'

type Problems = Map<string, string>

const key: InjectionKey<Problems> = Symbol('field problems')

/** For a form. @returns the first problem as a sentence, or null */
export function provideFieldProblems(): ComputedRef<string | null> {
  const problems = shallowReactive<Problems>(new Map())
  provide(key, problems)
  return computed(() => [...problems.values()][0] ?? null)
}

/** For a field. @returns how it says what is wrong with it, or null */
export function useFieldProblem(id: () => string): (problem: string | null) => void {
  const problems = inject(key, null)
  onBeforeUnmount(() => problems?.delete(id()))
  return (problem) => {
    if (problem === null) problems?.delete(id())
    else problems?.set(id(), problem)
  }
}
