/** The end beside the training: a model of its own, which is given the values of each point. */
import { Model } from '../models/model'
import { touched, valuesOf } from '../tensor/views'
import { experimentOf } from './experiments'
import { PointLooker, type PointAsked, type PointSeen, type PointSite } from './point'
import { streamOf } from './streams'

/** The backend of the run must be prepared, and its values be in place. */
export class PointsOfCopies {
  private readonly model: Model
  private readonly looker: PointLooker

  constructor(site: PointSite) {
    const { spec } = site
    this.model = Model.build(experimentOf(spec.experiment).blueprint(spec), streamOf(spec, 'init'))
    this.looker = new PointLooker(site, this.model)
  }

  /** @param values of parameters and buffers, in their order */
  look(asked: PointAsked, values: readonly Float32Array[]): Promise<PointSeen> {
    const { parameters, buffers } = this.model
    for (const [i, { tensor }] of [...parameters, ...buffers].entries()) {
      valuesOf(tensor).set(values[i])
      touched(tensor)
    }
    return this.looker.look(asked)
  }

  dispose(): void {
    this.model.dispose()
  }
}
