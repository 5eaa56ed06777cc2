/** What gradients and updates say: whether the loss reaches every layer, and how far each one goes at a time. */
import { tagOf } from '../../domain/tags'
import { largest } from '../../numeric/statistics'
import { endOf, firstWhere, holdsSince, medianOf, pointsOf, spikesOf } from '../courses'
import type { Course, ObservedRun } from '../observed'
import { atLeast, severityBy, type Outcome } from '../outcome'
import { rule, shareOf } from '../rule'
import { listed, percent, value } from '../words'

/** Root mean square of the gradient of a hook point's parameters: sqrt(mean^2 + std^2), which does not depend on their number. */
function sizeOf(run: ObservedRun, hook: string): Course | null {
  const means = run.series(tagOf.gradients(hook, 'mean'))
  const stds = run.series(tagOf.gradients(hook, 'std'))
  if (!means || !stds || means.values.length !== stds.values.length || pointsOf(means) === 0) return null
  return { steps: means.steps, values: Float64Array.from(stds.values, (std, i) => Math.hypot(std, means.values[i])) }
}

export const vanishingGradients = rule({
  id: 'vanishing-gradients',
  formula:
    "Root mean square of the gradient of the first hook point with parameters, divided by that of the last: median over the points. Or: share of a hook point's gradients below 1e-8.",
  source: 'Bengio, Simard & Frasconi 1994; Glorot & Bengio 2010; 1e-8 is the epsilon of Adam; the thresholds are ours.',
  advice:
    'Take ReLUs instead of sigmoids, residual connections or normalisation; He or Xavier initialisation; fewer layers.',
  thresholds: {
    ratio: {
      about: 'Gradient of the first layer over that of the last, below which it vanishes',
      usual: 0.001,
      min: 0,
      max: 1
    },
    small: shareOf('Share of gradients below 1e-8 from which they have vanished', 0.9)
  },
  explains: ['stuck', 'rate-too-low', 'layer-imbalance', 'update-ratio'],
  judge(run, { ratio, small }, outcome) {
    const sizes = run.hooks.flatMap(({ path: hook, frozen }) => {
      const course = frozen ? null : sizeOf(run, hook)
      return course ? [{ hook, course, size: medianOf(course) }] : []
    })
    const found: {
      hooks: string[]
      since: number | null
      text: string
      evidence: { tag: string; limit: number | null }[]
    }[] = []
    const [first, last] = [sizes[0], sizes.at(-1)]
    if (first && last && sizes.length > 1 && last.size > 0 && first.size < ratio * last.size) {
      const text = `The gradient of ${first.hook} is ${first.size === 0 ? '0' : `${value(first.size / last.size)} times that`} ${first.size === 0 ? 'while that' : ''} of ${last.hook}${first.size === 0 ? ` is ${value(last.size)}` : ''}: what is learned at the end does not reach the beginning.`
      found.push({
        hooks: sizes.filter(({ size }) => size < ratio * last.size).map(({ hook }) => hook),
        since: first.course.steps[0],
        text: text.replace(/\s+/g, ' '),
        evidence: [first, last].map(({ hook }) => ({ tag: tagOf.gradients(hook, 'l2'), limit: null }))
      })
    }
    const gone = run.hooks.flatMap(({ path: hook, frozen }) => {
      const course = frozen ? null : run.series(tagOf.gradients(hook, 'near_zero'))
      const since = course && holdsSince(course, (share) => share >= small)
      return course && since !== null && since !== undefined ? [{ hook, since, now: endOf(course) }] : []
    })
    // A network that answers everything right has no gradients left; dropout and ReLUs leave few that learn very well.
    if (found.length === 0 && gone.length > 0 && outcome.kind === 'stuck') {
      const text = `${percent(gone[0].now)} of the gradients of ${listed(gone.map(({ hook }) => hook))} are below 1e-8 from step ${gone[0].since} on.`
      found.push({
        hooks: gone.map(({ hook }) => hook),
        since: Math.min(...gone.map(({ since }) => since)),
        text,
        evidence: gone.slice(0, 4).map(({ hook }) => ({ tag: tagOf.gradients(hook, 'near_zero'), limit: small }))
      })
    }
    return found.map((one) => ({
      ...one,
      severity: severityBy(outcome),
      remedy: 'Use ReLUs with He initialisation, residual connections or normalisation, or fewer layers.',
      change: null
    }))
  }
})

export const exploding = rule({
  id: 'exploding',
  formula:
    'Deviation of the activations of the last hook point over that of the first, at the start; and the norm of all gradients over its median in the first quarter of the points, at least at three of them.',
  source: 'He et al. 2015, Delving Deep into Rectifiers; Pascanu, Mikolov & Bengio 2013; the thresholds are ours.',
  advice: 'He or Xavier initialisation with a scale of 1, normalisation layers, clipping of gradients, a lower rate.',
  thresholds: {
    growth: { about: 'Growth of the deviation from the first to the last hook point', usual: 300, min: 1, max: 1e12 },
    times: { about: 'Gradient norm, as a multiple of what it was in the first quarter', usual: 100, min: 1, max: 1e12 }
  },
  explains: ['stuck', 'rate-too-low', 'rate-too-high', 'layer-imbalance', 'update-ratio', 'ended-early'],
  judge(run, { growth, times }, outcome) {
    const stds = run.hooks.flatMap(({ path: hook }) => {
      const course = run.series(tagOf.activations(hook, 'std'))
      return course && course.values[0] > 0 ? [{ hook, first: course.values[0], step: course.steps[0] }] : []
    })
    const [first, last] = [stds[0], stds.at(-1)]
    if (first && last && stds.length > 1 && last.first > growth * first.first && last.first > 10) {
      const text = `Before the first update the activations of ${last.hook} deviate by ${value(last.first)}, those of ${first.hook} by ${value(first.first)}: each layer makes them larger.`
      const scale = run.params?.initScale
      return [
        {
          severity: atLeast('warning', severityBy(outcome)),
          hooks: [last.hook],
          since: last.step,
          text,
          remedy: 'Use He initialisation with a scale of 1, or normalisation between the layers.',
          change: typeof scale === 'number' && scale > 1 ? { initScale: 1 } : null,
          evidence: [first, last].map(({ hook }) => ({ tag: tagOf.activations(hook, 'std'), limit: null }))
        }
      ]
    }
    const norm = run.series(tagOf.gradientNorm)
    if (!norm || pointsOf(norm) < 8) return []
    const usual = medianOf(norm, 0, Math.ceil(pointsOf(norm) / 4))
    const limit = times * usual
    const above = Array.from(norm.values).filter((one) => one > limit || !Number.isFinite(one)).length
    if (!(usual > 0) || above < 3) return []
    const since = firstWhere(norm, (one) => one > limit || !Number.isFinite(one))
    const most = largest(Array.from(norm.values).filter(Number.isFinite))
    return [
      {
        severity: severityBy(outcome),
        hooks: [],
        since,
        text: `The norm of all gradients is up to ${value(most)} from step ${since} on; in the first quarter it was ${value(usual)}.`,
        remedy: 'Clip gradients to a few times their usual norm, or lower the learning rate.',
        change: run.params?.clipNorm === 0 ? { clipNorm: Number((3 * usual).toPrecision(1)) } : null,
        evidence: [{ tag: tagOf.gradientNorm, limit }]
      }
    ]
  }
})

export const gradientSpikes = rule({
  id: 'gradient-spikes',
  formula: 'Norm of all gradients at a point over the median of the 20 points before it.',
  source: 'Chowdhery et al. 2022, PaLM, section 5.1; the thresholds are ours.',
  advice: 'Look at the batches of these steps (outliers, wrong labels); clip gradients.',
  thresholds: {
    times: { about: 'Multiple of the usual norm', usual: 20, min: 1, max: 1e9 },
    count: { about: 'Spikes from which the rule speaks', usual: 2, min: 1, max: 1000 }
  },
  judge(run, { times, count }, outcome) {
    const norm = run.series(tagOf.gradientNorm)
    const spikes = norm ? spikesOf(norm, times) : []
    if (!norm || spikes.length < count || outcome.kind === 'diverged') return []
    const highest = spikes.reduce((most, i) => (norm.values[i] > norm.values[most] ? i : most))
    // A network that answers everything right has gradients of nearly 0; one mistake makes a spike that nobody need look at.
    if (!(norm.values[highest] > 0.5 * medianOf(norm, 0, 5))) return []
    const usual = medianOf(norm, highest - 20, highest)
    return [
      {
        severity: outcome.kind === 'learned' ? 'note' : 'warning',
        hooks: [],
        since: norm.steps[spikes[0]],
        text: `The gradient norm jumps ${spikes.length} times, to ${value(norm.values[highest])} at step ${norm.steps[highest]} where it was ${value(usual)} before.`,
        remedy: 'Look at the batches of these steps for outliers, and clip the gradients.',
        change: run.params?.clipNorm === 0 ? { clipNorm: Number((3 * usual).toPrecision(1)) } : null,
        evidence: [{ tag: tagOf.gradientNorm, limit: null }]
      }
    ]
  }
})

interface Pace {
  hook: string
  tag: string
  course: Course
  ratio: number
}

/** Median of the update ratio of each hook point that has parameters; hook points inside others are there by themselves. */
function pacesOf(run: ObservedRun): Pace[] {
  return run.hooks.flatMap(({ path: hook, frozen }) => {
    const tag = tagOf.updateRatio(hook)
    const course = frozen ? null : run.series(tag)
    return course && pointsOf(course) >= 4 ? [{ hook, tag, course, ratio: medianOf(course) }] : []
  })
}

export const frozen = rule({
  id: 'frozen',
  formula:
    'The change of the parameters of a hook point by an update is exactly 0 at every recorded point, while others change.',
  source: 'Arithmetic. Layers that the network says are not trained are told as such.',
  advice:
    'Check trainable flags and that the layer is on the way to the loss; leave it as it is where that is what you want.',
  thresholds: {},
  judge(run, _, outcome) {
    const moves = run.hooks.flatMap(({ path: hook, frozen: meant }) => {
      const course = run.series(tagOf.updateRatio(hook))
      // What the network says is not trained has no updates to record.
      if (meant && outcome.loss && pointsOf(outcome.loss.course) >= 4) return [{ hook, meant: true, still: true }]
      if (!course || pointsOf(course) < 4) return []
      return [{ hook, meant: meant === true, still: Array.from(course.values).every((ratio) => ratio === 0) }]
    })
    const still = moves.filter((one) => one.still)
    if (still.length === 0 || still.length === moves.length) return []
    const meant = still.every((one) => one.meant)
    const names = listed(still.map(({ hook }) => hook))
    const [have, they] = still.length === 1 ? ['has', 'it is'] : ['have', 'they are']
    const text = `${names} ${have} not changed by any update${meant ? `: the network says that ${they} not trained` : ''}.`
    return [
      {
        severity: outcome.kind === 'learned' ? 'note' : atLeast('warning', severityBy(outcome)),
        hooks: still.map(({ hook }) => hook),
        since: 0,
        text,
        remedy: meant
          ? 'Let the layer be trained (trainable) if that is not what you want.'
          : 'Check that the layer is on the way to the loss, and that something reaches it.',
        change: null,
        evidence: still.slice(0, 4).map(({ hook }) => ({ tag: tagOf.updateRatio(hook), limit: null }))
      }
    ]
  }
})

export const updateRatio = rule({
  id: 'update-ratio',
  formula:
    'Length of the change by one update over that of the parameters, median over the points, of each hook point.',
  source: 'Karpathy 2015, CS231n and makemore part 3: about 1e-3; the limits are ours, wide around it.',
  advice:
    'Above: a lower learning rate. Below: a higher one. Small networks at their beginning, and tiny weights, go farther at a time in a healthy way.',
  thresholds: {
    high: { about: 'Ratio above which updates are large', usual: 0.1, min: 0, max: 100 },
    low: { about: 'Ratio below which updates are small', usual: 1e-5, min: 0, max: 1 }
  },
  judge(run, { high, low }, outcome) {
    const paces = pacesOf(run).filter(({ ratio }) => ratio > 0)
    const large = paces.filter(({ ratio }) => ratio > high)
    const small = paces.filter(({ ratio }) => ratio < low)
    const said = (found: Pace[], what: string, remedy: string, limit: number) => {
      const worst = found.reduce((most, one) =>
        Math.abs(Math.log(one.ratio / limit)) > Math.abs(Math.log(most.ratio / limit)) ? one : most
      )
      return {
        severity: severityOfPace(outcome),
        hooks: found.map(({ hook }) => hook),
        since: worst.course.steps[0],
        text: `One update changes ${listed(found.map(({ hook }) => hook))} by ${value(worst.ratio)} of ${found.length > 1 ? 'their' : 'its'} size (median${found.length > 1 ? `, ${worst.hook}` : ''}); about 0.001 is usual: ${what}.`,
        remedy,
        change: null,
        evidence: found.slice(0, 4).map(({ tag }) => ({ tag, limit }))
      }
    }
    return [
      ...(large.length > 0 ? [said(large, 'updates are large', 'Lower the learning rate.', high)] : []),
      ...(small.length > 0 ? [said(small, 'updates are small', 'Raise the learning rate.', low)] : [])
    ]
  }
})

function severityOfPace({ kind }: Outcome): 'note' | 'warning' {
  return kind === 'learned' || kind === 'open' ? 'note' : 'warning'
}

export const layerImbalance = rule({
  id: 'layer-imbalance',
  formula: 'Largest over smallest median update ratio of the hook points.',
  source: 'You et al. 2017, LARS, on the ratio by layers; the threshold is ours.',
  advice: 'Begin all layers in the same way; AdamW instead of SGD; rates of their own for each layer elsewhere.',
  thresholds: {
    times: { about: 'Largest ratio over the smallest, from which the rule speaks', usual: 300, min: 1, max: 1e12 }
  },
  judge(run, { times }, outcome) {
    const paces = pacesOf(run).filter(({ ratio }) => ratio > 0)
    if (paces.length < 2) return []
    const sorted = [...paces].sort((a, b) => a.ratio - b.ratio)
    const [slow, fast] = [sorted[0], sorted[sorted.length - 1]]
    if (fast.ratio < times * slow.ratio) return []
    return [
      {
        severity: outcome.kind === 'learned' ? 'note' : 'warning',
        hooks: [slow.hook, fast.hook],
        since: slow.course.steps[0],
        text: `${fast.hook} changes by ${value(fast.ratio)} of its size at an update, ${slow.hook} by ${value(slow.ratio)}: ${value(fast.ratio / slow.ratio)} times less.`,
        remedy: 'Begin all layers in the same way (He initialisation), or take AdamW instead of SGD.',
        change: null,
        evidence: [slow, fast].map(({ tag }) => ({ tag, limit: null }))
      }
    ]
  }
})
