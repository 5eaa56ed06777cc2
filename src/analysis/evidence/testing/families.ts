/**
 * Simulated runs whose truth is known, for measuring what a choice of the number of states is worth. Each family draws
 * sets of runs: a set has its own shapes, number of runs, measurement noise; its features are correlated mixtures of
 * fewer causes, as metrics of one network are.
 */
import type { Sequence } from '../../../hmm/types'
import type { Rng } from '../../../numeric/rng'

export interface TruthSet {
  /** Raw values, one sequence per run, [rows, features]. NaN: not recorded. */
  runs: Sequence[]
  /** How many phases were planted; 1: none, the runs drift. */
  phases: number
  /** The planted phase of every row of every run; null without phases. */
  paths: Int32Array[] | null
}

export interface Family {
  name: string
  /** What is planted, in words. */
  truth: string
  draw(rng: Rng, size: SetSize): TruthSet
}

export interface SetSize {
  runs: number
  rows: number
  features: number
  /** Standard deviation of the measurement noise, as a share of the range of the feature. */
  noise: number
}

/** 5, 10 or 40 runs of 120 rows and 14 features, with noise from 0.1% to 10%. */
export function drawSize(rng: Rng): SetSize {
  const runs = [5, 10, 40][rng.integer(3)]
  return { runs, rows: 120, features: 14, noise: 10 ** (-3 + 2 * rng.uniform()) }
}

/** A curve over t in [0, 1]. */
type Curve = (t: number) => number

/** Each run follows a few causes, each a curve of one kind with its own numbers; every feature mixes them. */
function drifts(name: string, truth: string, curveOf: (rng: Rng) => () => Curve): Family {
  return {
    name,
    truth,
    draw(rng, size) {
      const causes = Array.from({ length: 4 }, () => curveOf(rng))
      const mix = Array.from({ length: size.features }, () => causes.map(() => rng.normal()))
      const runs = Array.from({ length: size.runs }, () => {
        const curves = causes.map((own) => own())
        return table(size, (t) => {
          const values = curves.map((curve) => curve(t / (size.rows - 1)))
          return mix.map((weights) => weights.reduce((sum, w, c) => sum + w * values[c], 0))
        })
      })
      return { runs: measured(runs, size, rng), phases: 1, paths: null }
    }
  }
}

/** Between runs the numbers of a curve differ by about a fifth. */
const varied = (rng: Rng, value: number): number => value * Math.exp(0.2 * rng.normal())

const straight = drifts('straight', 'no phases: straight lines', (rng) => {
  const slope = rng.normal()
  return () => {
    const own = varied(rng, slope)
    const start = 0.1 * rng.normal()
    return (t) => start + own * t
  }
})

const power = drifts('power law', 'no phases: power laws of time', (rng) => {
  const exponent = 0.3 + 0.9 * rng.uniform()
  const scale = rng.normal()
  return () => {
    const [own, height] = [varied(rng, exponent), varied(rng, scale)]
    return (t) => height * (1 + 100 * t) ** -own
  }
})

const exponential = drifts('exponential', 'no phases: relaxation to a limit', (rng) => {
  const time = 0.12 + 0.5 * rng.uniform()
  const scale = rng.normal()
  return () => {
    const [own, height] = [varied(rng, time), varied(rng, scale)]
    return (t) => height * Math.exp(-t / own)
  }
})

const logistic = drifts('logistic', 'no phases: S-shaped drifts', (rng) => {
  const middle = 0.25 + 0.5 * rng.uniform()
  const width = 0.08 + 0.12 * rng.uniform()
  const scale = rng.normal()
  return () => {
    const [own, w, height] = [varied(rng, middle), varied(rng, width), varied(rng, scale)]
    return (t) => height / (1 + Math.exp(-(t - own) / w))
  }
})

/** Causes that walk: a drift and steps that do not depend on each other. */
const walk: Family = {
  name: 'random walk',
  truth: 'no phases: random walks with drift',
  draw(rng, size) {
    const causes = 6
    const drift = Array.from({ length: causes }, () => 0.3 * rng.normal())
    const mix = Array.from({ length: size.features }, () => drift.map(() => rng.normal()))
    const runs = Array.from({ length: size.runs }, () => {
      const at = drift.map(() => 0)
      return table(size, () => {
        for (let c = 0; c < causes; c++) at[c] += drift[c] + rng.normal()
        return mix.map((weights) => weights.reduce((sum, w, c) => sum + w * at[c], 0))
      })
    })
    return { runs: measured(runs, size, rng), phases: 1, paths: null }
  }
}

/** A drift with a season: noise that comes and goes with a period, with its phase in each run. */
const seasonal: Family = {
  name: 'seasonal',
  truth: 'no phases: a drift with a season',
  draw(rng, size) {
    const causes = 4
    const slope = Array.from({ length: causes }, () => rng.normal())
    const period = Array.from({ length: causes }, () => 0.1 + 0.2 * rng.uniform())
    const height = Array.from({ length: causes }, () => 0.05 + 0.15 * rng.uniform())
    const mix = Array.from({ length: size.features }, () => slope.map(() => rng.normal()))
    const runs = Array.from({ length: size.runs }, () => {
      const phase = slope.map(() => 2 * Math.PI * rng.uniform())
      const level = slope.map(() => 0)
      return table(size, (t) => {
        const u = t / (size.rows - 1)
        const values = slope.map((s, c) => {
          level[c] = 0.7 * level[c] + 0.03 * rng.normal()
          return s * u + height[c] * Math.sin((2 * Math.PI * u) / period[c] + phase[c]) + level[c]
        })
        return mix.map((weights) => weights.reduce((sum, w, c) => sum + w * values[c], 0))
      })
    })
    return { runs: measured(runs, size, rng), phases: 1, paths: null }
  }
}

/** Half of the features at every tenth point only, as validation is. */
function seldom({ name, truth, draw }: Family): Family {
  return {
    name: `${name} on other steps`,
    truth: `${truth}, half of the features every tenth point`,
    draw(rng, size) {
      const set = draw(rng, size)
      for (const { data } of set.runs) leaveOut(data, size.features, 10)
      return set
    }
  }
}

function leaveOut(data: Float64Array, features: number, every: number): void {
  for (let p = 0; p < data.length; p++)
    if ((p % features) % 2 === 1 && Math.floor(p / features) % every !== 0) data[p] = NaN
}

interface Plan {
  phases: number
  /** Levels that a phase jumps to, rates at which it drifts, or both. */
  what: 'levels' | 'rates' | 'both'
  /** Noise within a level, in units of the spread between levels. */
  overlap: number
  /** How unequal the lengths of the phases are: 1 equal, 4: the longest about four times the shortest. */
  unequal: number
  /** Share of runs that go back to an earlier phase for a while. */
  detours: number
  /** Share of cells that are not recorded. */
  missing: number
  /** Half of the features are recorded at one of so many points only; 1: at all. */
  seldom: number
  /** How far apart a feature is in different runs, whatever their phase, in units of the spread between levels. */
  offsets: number
  /** How different the lengths of a phase are between runs: log-normal, with this spread. */
  uneven: number
  /** How different the scale of a feature is between runs: log-normal, with this spread. */
  scales: number
}

function planted(name: string, truth: string, change: Partial<Plan>): Family {
  return {
    name,
    truth,
    draw(rng, size) {
      const plan: Plan = {
        phases: 2 + rng.integer(3),
        what: 'levels',
        overlap: 0.3,
        unequal: 1.5,
        detours: 0,
        missing: 0,
        seldom: 1,
        offsets: 0,
        uneven: 0.2,
        scales: 0,
        ...change
      }
      const { phases } = plan
      const { features, rows } = size
      const levels = Array.from({ length: phases }, () => Array.from({ length: features }, () => rng.normal()))
      const rates = Array.from({ length: phases }, (_, k) =>
        Array.from({ length: features }, () => (rng.normal() * (k % 2 === 0 ? 1 : 0.2)) / rows)
      )
      const shares = Array.from({ length: phases }, () => plan.unequal ** (rng.uniform() - 0.5))
      const paths: Int32Array[] = []
      const runs = Array.from({ length: size.runs }, () => {
        const path = pathOf(rng, rows, shares, plan.uneven, rng.uniform() < plan.detours)
        paths.push(path)
        const at = levels[0].map(() => 0)
        // Nothing is drawn where there is none, so that the other families stay what they were.
        const offset = plan.offsets > 0 ? levels[0].map(() => plan.offsets * rng.normal()) : at.map(() => 0)
        const scale = at.map(() => (plan.scales > 0 ? Math.exp(plan.scales * rng.normal()) : 1))
        return table(size, (t) => {
          const k = path[t]
          for (let d = 0; d < features; d++) at[d] += 6 * rates[k][d] + (0.3 * rng.normal()) / rows
          return levels[k].map((one, d) => {
            const level = scale[d] * one
            const noise = plan.overlap * rng.normal()
            if (plan.what === 'rates') return at[d]
            return plan.what === 'levels' ? level + offset[d] + noise : level + noise + 0.5 * at[d]
          })
        })
      })
      const seen = measured(runs, size, rng)
      for (const { data } of seen) for (let p = 0; p < data.length; p++) if (rng.uniform() < plan.missing) data[p] = NaN
      for (const { data } of seen) leaveOut(data, features, plan.seldom)
      return { runs: seen, phases, paths }
    }
  }
}

/** The same with one to three features, as the logs of most programs have: nothing but their own size sets them apart. */
function few(family: Family): Family {
  return {
    name: `few ${family.name}`,
    truth: `${family.truth}, 1 to 3 features`,
    draw: (rng, size) => family.draw(rng, { ...size, features: 1 + rng.integer(3) })
  }
}

/** Levels that differ in every feature, some near each other beside one that is far away, with next to no noise within. */
const distant: Family = {
  name: 'distant levels',
  truth: '2 to 4 levels, near and far',
  draw(rng, size) {
    const phases = 2 + rng.integer(3)
    const levels = Array.from({ length: size.features }, () => {
      let at = 0
      const heights = Array.from({ length: phases }, () => (at += 10 ** rng.uniform()))
      return rng.shuffle(heights)
    })
    const shares = Array.from({ length: phases }, () => 1.5 ** (rng.uniform() - 0.5))
    const paths: Int32Array[] = []
    const runs = Array.from({ length: size.runs }, () => {
      const path = pathOf(rng, size.rows, shares, 0.2, false)
      paths.push(path)
      return table(size, (t) => levels.map((own) => own[path[t]] + 0.03 * rng.normal()))
    })
    // Of a tenth of the range, measurement noise would hide the near ones.
    return { runs: measured(runs, { ...size, noise: size.noise / 10 }, rng), phases, paths }
  }
}

/** Phases in which features make for other values at other paces: x[t] = a x[t-1] + (1 - a) level + noise, without a jump. */
const rules: Family = {
  name: 'rules',
  truth: '2 or 3 rules of change: features make for other values, without a jump',
  draw(rng, size) {
    const phases = 2 + rng.integer(2)
    const { features, rows } = size
    const levels = Array.from({ length: phases }, () => Array.from({ length: features }, () => rng.normal()))
    const keeps = Array.from({ length: phases }, () =>
      Array.from({ length: features }, () => 0.8 + 0.17 * rng.uniform())
    )
    const shares = Array.from({ length: phases }, () => 1.5 ** (rng.uniform() - 0.5))
    const paths: Int32Array[] = []
    const runs = Array.from({ length: size.runs }, () => {
      const path = pathOf(rng, rows, shares, 0.2, false)
      paths.push(path)
      const at = levels[0].map(() => rng.normal())
      return table(size, (t) => {
        const k = path[t]
        for (let d = 0; d < features; d++) at[d] += (1 - keeps[k][d]) * (levels[k][d] - at[d]) + 0.05 * rng.normal()
        return [...at]
      })
    })
    return { runs: measured(runs, size, rng), phases, paths }
  }
}

/** Phases in order, their lengths about as `shares`; with a detour the run goes back to the one before for a while. */
function pathOf(rng: Rng, rows: number, shares: readonly number[], uneven: number, detour: boolean): Int32Array {
  const visits = shares.map((share, phase) => ({ phase, share: share * Math.exp(uneven * rng.normal()) }))
  if (detour && visits.length > 1) {
    const from = 1 + rng.integer(visits.length - 1)
    const { share } = visits[from]
    const back = visits[from - 1].phase
    visits.splice(
      from,
      1,
      ...[visits[from].phase, back, visits[from].phase].map((phase) => ({ phase, share: share / 2 }))
    )
  }
  const total = visits.reduce((sum, { share }) => sum + share, 0)
  const path = new Int32Array(rows)
  let begin = 0
  let t = 0
  for (const { phase, share } of visits) {
    begin += (share / total) * rows
    for (; t < Math.min(rows, Math.round(begin)); t++) path[t] = phase
  }
  for (; t < rows; t++) path[t] = visits[visits.length - 1].phase
  return path
}

function table({ rows, features }: SetSize, rowOf: (t: number) => number[]): Sequence {
  const data = new Float64Array(rows * features)
  for (let t = 0; t < rows; t++) data.set(rowOf(t), t * features)
  return { data, rows, columns: features }
}

/** Measurement noise on every value, correlated between features, as share `noise` of the range of each. */
function measured(runs: Sequence[], { features, noise }: SetSize, rng: Rng): Sequence[] {
  const low = new Float64Array(features).fill(Infinity)
  const high = new Float64Array(features).fill(-Infinity)
  for (const { data } of runs)
    for (let p = 0; p < data.length; p++) {
      const d = p % features
      low[d] = Math.min(low[d], data[p])
      high[d] = Math.max(high[d], data[p])
    }
  for (const { data, rows } of runs)
    for (let t = 0; t < rows; t++) {
      const shared = rng.normal()
      for (let d = 0; d < features; d++)
        data[t * features + d] += noise * (high[d] - low[d]) * (0.5 * shared + 0.866 * rng.normal())
    }
  return runs
}

export const families: readonly Family[] = [
  straight,
  power,
  exponential,
  logistic,
  walk,
  seasonal,
  planted('levels', '2 to 4 levels', {}),
  planted('overlapping levels', '2 to 4 levels that overlap', { overlap: 0.8 }),
  planted('unequal dwell', '2 to 4 levels, some short', { unequal: 4 }),
  planted('detours', '2 to 4 levels, a third of the runs goes back once', { detours: 1 / 3 }),
  planted('rates', '2 rates of change', { what: 'rates', phases: 2 }),
  planted('levels and rates', '2 to 4 levels that drift', { what: 'both' }),
  planted('missing cells', '2 to 4 levels, a tenth of the cells missing', { missing: 0.1 }),
  planted('other steps', '2 to 4 levels, half of the features every tenth point', { seldom: 10 }),
  planted('offsets', '2 to 4 levels, each run with its own offsets', { offsets: 1 }),
  planted('uneven runs', '2 to 4 levels, their lengths very different between runs', { uneven: 1 }),
  planted('apart', '2 to 4 levels, their lengths, offsets and scales different between runs', {
    uneven: 1,
    offsets: 1,
    scales: 0.5
  }),
  seldom(exponential),
  distant,
  few(distant),
  few(straight),
  few(exponential),
  few(walk),
  rules
]
