/** What a data set is, in a few words. */
import { integer, plural } from '../../ui/format'

interface Facts {
  inputShape: number[]
  classes: number
  targetWidth: number
  labelNames?: string[]
  train: number
  validation: number
}

/** `28 × 28 × 1` */
export function shapeText({ inputShape }: Pick<Facts, 'inputShape'>): string {
  return inputShape.join('\u2009×\u2009')
}

export function predictedText({
  classes,
  targetWidth,
  labelNames
}: Pick<Facts, 'classes' | 'targetWidth' | 'labelNames'>): string {
  if (labelNames) return `${integer(targetWidth)} labels, each yes or no`
  return classes > 0 ? `${integer(classes)} classes` : plural(targetWidth, 'number')
}

export function countText({ train, validation }: Pick<Facts, 'train' | 'validation'>): string {
  return validation === 0
    ? `${plural(train, 'example')}, part of which will validate`
    : `${integer(train)} to train, ${integer(validation)} to validate`
}

/** Pictures are [height, width, channels] of one or three channels. */
export function isPictures({ inputShape }: Pick<Facts, 'inputShape'>): boolean {
  return inputShape.length === 3 && (inputShape[2] === 1 || inputShape[2] === 3)
}
