/** Detour states: states that only some runs visit, and that go with later convergence. */
import { studentQuantileTwoSided, studentTwoSided } from '../../numeric/distributions'
import { Rng } from '../../numeric/rng'
import { mean } from '../../numeric/statistics'
import type { DetourTest } from '../../domain/across-runs'

/** Up to this many ways to choose the visiting runs, all are tried. */
const EXACT_LIMIT = 50_000
const SAMPLED = 20_000
const LEVEL = 0.05
/** Relabelings that tie with the observed one differ from it by rounding. */
const TIE = 1e-12

/**
 * One test per state.
 *
 * Correlation of presence (0 or 1) with convergence and t = r sqrt((n - 2) / (1 - r^2)), two-sided (the paper's notebook
 * writes 2 (1 - cdf(t)), which gives p up to 2 for negative t), null with p = 0 where |r| = 1; a permutation test of the same statistic, exact where
 * few runs allow it; the difference of means with Welch's interval; Benjamini-Hochberg over the states that can be
 * tested at all (some runs visit, some do not). Adjusted are the permutation p-values, which assume no distribution.
 *
 * A detour must lie on the way: a state that most of its visitors enter only after they have converged is none, whatever
 * the test says (long runs see more late states).
 *
 * @param presence [K][runs]; convergence [runs], epochs or steps, of runs that converged.
 * @param seed of the sampled permutations.
 * @param early [K][runs], whether the run enters the state before it converges; without it every visit counts as early.
 * @param unit of convergence, for words.
 */
export function testDetours(
  presence: readonly (readonly boolean[])[],
  convergence: readonly number[],
  seed: number,
  early: readonly (readonly boolean[])[] = presence,
  unit = 'epoch'
): DetourTest[] {
  const tests = presence.map((visits, state) => ({
    ...testState(visits, convergence, state, seed),
    visitingBefore: early[state].filter(Boolean).length
  }))
  const adjusted = benjaminiHochberg(tests.map((test) => test.permutationP))
  return tests.map((test, k) => {
    const q = adjusted[k]
    const onTheWay = 2 * test.visitingBefore > test.visiting
    const detour = q !== null && q < LEVEL && test.difference! > 0 && onTheWay
    return { ...test, q, detour, why: test.why || verdict(test, q, detour, unit) }
  })
}

function testState(
  visits: readonly boolean[],
  convergence: readonly number[],
  state: number,
  seed: number
): DetourTest {
  const runs = convergence.length
  const visiting = visits.filter(Boolean).length
  const untested: DetourTest = {
    state,
    visiting,
    runs,
    visitingBefore: 0,
    difference: null,
    interval: null,
    correlation: null,
    t: null,
    p: null,
    permutationP: null,
    permutations: 0,
    exact: false,
    q: null,
    detour: false,
    why: ''
  }
  if (runs < 3) return { ...untested, why: 'Fewer than three runs converged.' }
  if (visiting === 0) return { ...untested, why: 'No run that converged visits it.' }
  if (visiting === runs) return { ...untested, why: 'Every run visits it: not optional.' }
  if (convergence.every((value) => value === convergence[0]))
    return { ...untested, why: 'All runs converged at the same point.' }
  const inside = convergence.filter((_, r) => visits[r])
  const outside = convergence.filter((_, r) => !visits[r])
  const correlation = pointBiserial(inside, convergence)
  const t = correlation * Math.sqrt((runs - 2) / (1 - correlation * correlation))
  return {
    ...untested,
    difference: mean(inside) - mean(outside),
    interval: welchInterval(inside, outside),
    correlation,
    t: Number.isFinite(t) ? t : null,
    p: studentTwoSided(t, runs - 2),
    ...permutationTest(convergence, visiting, Math.abs(correlation), Rng.forPurpose(seed, `detour ${state}`))
  }
}

function verdict(test: DetourTest, q: number | null, detour: boolean, unit: string): string {
  if (q === null) return 'It could not be tested.'
  const later = test.difference! > 0 ? 'later' : 'earlier'
  const size = Math.abs(test.difference!).toPrecision(3)
  const who = `${test.visiting} of ${test.runs} runs visit it and converge ${Number(size)} ${unit}s ${later} on average`
  if (detour) return `A detour: ${who}.`
  if (2 * test.visitingBefore <= test.visiting)
    return `No detour: ${test.visiting - test.visitingBefore} of its ${test.visiting} visitors enter it only after they have converged.`
  return q < LEVEL ? `No detour: ${who}.` : `No evidence of a detour: ${who}, which chance explains.`
}

/** Pearson correlation of membership with the value, -1 to 1. */
function pointBiserial(inside: readonly number[], all: readonly number[]): number {
  const n = all.length
  const share = inside.length / n
  const center = mean(all)
  const spread = Math.sqrt(all.reduce((sum, value) => sum + (value - center) ** 2, 0) / n)
  const r = ((mean(inside) - center) * share) / (spread * Math.sqrt(share * (1 - share)))
  // Where membership says all about the value, rounding may lead beyond 1, and t would be the root of a negative number.
  return Math.max(-1, Math.min(1, r))
}

/** 95% interval of the difference of means without assuming equal variances; null with a single run on a side. */
function welchInterval(a: readonly number[], b: readonly number[]): [number, number] | null {
  if (a.length < 2 || b.length < 2) return null
  const part = (values: readonly number[]): number => {
    const center = mean(values)
    return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1) / values.length
  }
  const [va, vb] = [part(a), part(b)]
  const difference = mean(a) - mean(b)
  if (va + vb === 0) return [difference, difference]
  const df = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1))
  const half = studentQuantileTwoSided(0.95, df) * Math.sqrt(va + vb)
  return [difference - half, difference + half]
}

/**
 * Share of ways to choose `visiting` of the runs whose correlation is at least as large in size; with a sample the
 * observed way counts as one more (Phipson & Smyth 2010), so that p is never 0.
 */
function permutationTest(
  convergence: readonly number[],
  visiting: number,
  observed: number,
  rng: Rng
): { permutationP: number; permutations: number; exact: boolean } {
  const runs = convergence.length
  const extreme = (chosen: readonly number[]): boolean => Math.abs(pointBiserial(chosen, convergence)) >= observed - TIE
  const ways = choose(runs, visiting)
  if (ways <= EXACT_LIMIT) {
    let hits = 0
    const chosen: number[] = []
    const descend = (from: number): void => {
      if (chosen.length === visiting) {
        if (extreme(chosen)) hits++
        return
      }
      for (let r = from; r <= runs - (visiting - chosen.length); r++) {
        chosen.push(convergence[r])
        descend(r + 1)
        chosen.pop()
      }
    }
    descend(0)
    return { permutationP: hits / ways, permutations: ways, exact: true }
  }
  let hits = 1
  const pool = Float64Array.from(convergence)
  for (let i = 0; i < SAMPLED; i++) {
    // The first `visiting` of a shuffle are enough.
    for (let r = 0; r < visiting; r++) {
      const other = r + rng.integer(runs - r)
      const held = pool[r]
      pool[r] = pool[other]
      pool[other] = held
    }
    if (extreme(Array.from(pool.subarray(0, visiting)))) hits++
  }
  return { permutationP: hits / (SAMPLED + 1), permutations: SAMPLED, exact: false }
}

function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = (ways * (n - Math.min(k, n - k) + i)) / i
  return Math.round(ways)
}

/** Benjamini & Hochberg 1995, step-up; null stays null and does not count. */
export function benjaminiHochberg(p: readonly (number | null)[]): (number | null)[] {
  const tested = p
    .map((value, i) => ({ value, i }))
    .filter((entry): entry is { value: number; i: number } => entry.value !== null)
    .sort((a, b) => b.value - a.value)
  const out: (number | null)[] = p.map(() => null)
  let least = 1
  tested.forEach(({ value, i }, down) => {
    least = Math.min(least, (value * tested.length) / (tested.length - down))
    out[i] = least
  })
  return out
}
