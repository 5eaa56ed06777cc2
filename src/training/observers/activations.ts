import { tagOf, tagPart } from '../../domain/tags'
import { ActivationStatistics, histogramsByClass } from '../../hooks/activations'
import type { HookObserver } from './kind'

export const activations: HookObserver = {
  holds: 'activations',

  async batch({ spec, dataset, classes, ranges, ...site }, held, batch, moment) {
    for (const [hook, read] of held.activations()) {
      const seen = await read()
      const counted = ranges.count(hook, seen.values)
      const range = { min: counted.min, max: counted.max, bins: ranges.bins }
      const perClass =
        spec.record.perClass && batch.labels.length === batch.count
          ? histogramsByClass(seen, batch.labels, dataset.classes, range)
          : []
      await site.histogram(tagOf.activationHistogram(hook), counted, moment)
      for (const { class: c, histogram: own } of perClass) {
        await site.histogram(tagOf.classHistogram(hook, tagPart(classes[c])), own, moment)
      }
      if (counted.nonFinite > 0) await site.alert(`The activations of ${hook}`)
    }
  },

  validation(site) {
    const statistics = new ActivationStatistics(site.ranges, site.types)
    return {
      async look(held) {
        for (const [hook, read] of held.activations()) statistics.add(hook, await read())
      },
      scalars: () => statistics.scalars(),
      async histograms(moment) {
        for (const [hook, counted] of statistics.histograms()) {
          await site.histogram(tagOf.validationHistogram(hook), counted, moment)
        }
      },
      async alerts() {
        for (const hook of statistics.nonFinite()) await site.alert(`The activations of ${hook}`)
      }
    }
  }
}
