/** What a generated volume is made of: a smooth background, vessels as curved tubes, a nodule, noise. */
import type { Rng } from '../../numeric/rng'
import { nearlyNormal } from './noise'

/** Brightness in row-major [size, size, size], 0 black to 1 white. */
export interface Volume {
  size: number
  values: Float32Array
}

type Point = [number, number, number]

/** All lengths below are of a volume with this edge and grow with it. */
const REFERENCE_SIZE = 24
/** Tissue that vessels and nodules share, so that brightness alone tells nothing. */
const TISSUE = { from: 0.5, to: 0.8 }
const VESSEL_RADIUS = { from: 0.7, to: 2.1 }
const NODULE_RADIUS = { from: 2.6, to: 4.2 }
/** Steps of a branch are this share of its radius: close enough that the tube has no waist between two of them. */
const STEP = 0.6
const LEAST_BRANCH_RADIUS = 0.6

/** A trilinear surface through 4 x 4 x 4 random values of dark gray. */
export function fillBackground({ size, values }: Volume, rng: Rng): void {
  const knots = Float32Array.from({ length: 64 }, () => 0.12 + 0.2 * rng.uniform())
  const scale = 3 / (size - 1)
  let at = 0
  for (let z = 0; z < size; z++) {
    const [zi, zf] = cell(z * scale)
    for (let y = 0; y < size; y++) {
      const [yi, yf] = cell(y * scale)
      const corner = zi * 16 + yi * 4
      for (let x = 0; x < size; x++) {
        const [xi, xf] = cell(x * scale)
        const k = corner + xi
        const near = mix(mix(knots[k], knots[k + 1], xf), mix(knots[k + 4], knots[k + 5], xf), yf)
        const far = mix(mix(knots[k + 16], knots[k + 17], xf), mix(knots[k + 20], knots[k + 21], xf), yf)
        values[at++] = mix(near, far, zf)
      }
    }
  }
}

/** Three to six vessels that cross the volume, some of which branch. */
export function addVessels(volume: Volume, rng: Rng): void {
  const count = 3 + rng.integer(4)
  for (let i = 0; i < count; i++) {
    const { size } = volume
    // From a point on the surface of a sphere around the volume towards a point in its middle half.
    const from = direction(rng).map((d) => size / 2 + d * size * 0.75) as Point
    const towards = from.map((p) => size / 4 + (size / 2) * rng.uniform() - p) as Point
    const radius = (between(VESSEL_RADIUS, rng) * size) / REFERENCE_SIZE
    addBranch(volume, from, unit(towards), radius, between(TISSUE, rng), rng)
  }
}

/** A tube whose direction and radius drift, until it has left the volume on the other side or is too thin. */
function addBranch(volume: Volume, from: Point, heading: Point, radius: number, brightness: number, rng: Rng): void {
  const { size } = volume
  const thinnest = (LEAST_BRANCH_RADIUS * size) / REFERENCE_SIZE
  const position: Point = [...from]
  let course = heading
  let thickness = radius
  let left = 2.2 * size
  while (left > 0 && thickness >= thinnest) {
    const step = STEP * thickness
    for (let axis = 0; axis < 3; axis++) position[axis] += course[axis] * step
    left -= step
    const turn = 0.35 * Math.sqrt(step)
    course = unit(course.map((c) => c + turn * (rng.uniform() - 0.5)) as Point)
    thickness *= 1 - 0.012 * step * rng.uniform()
    stampBall(volume, position, thickness, brightness)
    if (inside(position, size) && rng.uniform() < (0.035 * step * REFERENCE_SIZE) / size) {
      const aside = unit(course.map((c, axis) => c + 0.9 * direction(rng)[axis]) as Point)
      addBranch(volume, position, aside, thickness * (0.55 + 0.25 * rng.uniform()), brightness, rng)
      thickness *= 0.85
    }
  }
}

/** One roundish, slightly irregular nodule with its centre in the middle third of each axis. */
export function addNodule(volume: Volume, rng: Rng): void {
  const { size } = volume
  const centre = [0, 1, 2].map(() => size / 3 + (size / 3) * rng.uniform()) as Point
  const radius = (between(NODULE_RADIUS, rng) * size) / REFERENCE_SIZE
  const bumps = Array.from({ length: 4 }, () => ({ towards: direction(rng), height: 0.5 * (rng.uniform() - 0.5) }))
  stampBall(volume, centre, radius, between(TISSUE, rng), (dx, dy, dz, distance) => {
    let factor = 1
    for (const { towards, height } of bumps) {
      const cosine = (dx * towards[0] + dy * towards[1] + dz * towards[2]) / distance
      if (cosine > 0) factor += height * cosine * cosine
    }
    return factor
  })
}

/** Noise of zero mean and the given standard deviation is added; brightness 0..1 becomes 0..255. */
export function withNoise({ values }: Volume, deviation: number, rng: Rng, bytes: Uint8Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = Math.round(255 * (values[i] + deviation * nearlyNormal(rng)))
    bytes[i] = value < 0 ? 0 : value > 255 ? 255 : value
  }
}

/**
 * Draws a ball over what is there: inside of it the brightness given, outside what was before, between them an edge one
 * voxel wide. `shape` gives the radius in a direction as a multiple of `radius`.
 */
function stampBall(
  { size, values }: Volume,
  [cz, cy, cx]: Point,
  radius: number,
  brightness: number,
  shape?: (dz: number, dy: number, dx: number, distance: number) => number
): void {
  const reach = radius * (shape === undefined ? 1 : 1.6) + 0.5
  const [z0, z1] = range(cz, reach, size)
  const [y0, y1] = range(cy, reach, size)
  const [x0, x1] = range(cx, reach, size)
  for (let z = z0; z <= z1; z++) {
    for (let y = y0; y <= y1; y++) {
      const row = (z * size + y) * size
      const outside = (z - cz) ** 2 + (y - cy) ** 2
      for (let x = x0; x <= x1; x++) {
        const distance = Math.sqrt(outside + (x - cx) ** 2)
        const surface =
          shape === undefined || distance === 0 ? radius : radius * shape(z - cz, y - cy, x - cx, distance)
        const cover = surface + 0.5 - distance
        if (cover <= 0) continue
        const value = cover >= 1 ? brightness : mix(values[row + x], brightness, cover)
        if (value > values[row + x]) values[row + x] = value
      }
    }
  }
}

function cell(position: number): [number, number] {
  const index = Math.min(2, Math.floor(position))
  return [index, position - index]
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share
}

function between({ from, to }: { from: number; to: number }, rng: Rng): number {
  return from + (to - from) * rng.uniform()
}

function range(centre: number, reach: number, size: number): [number, number] {
  return [Math.max(0, Math.ceil(centre - reach)), Math.min(size - 1, Math.floor(centre + reach))]
}

function inside(point: Point, size: number): boolean {
  return point.every((p) => p >= 0 && p <= size - 1)
}

/** Uniform on the unit sphere: a point of the cube is taken when it lies in the ball. */
function direction(rng: Rng): Point {
  for (;;) {
    const point: Point = [2 * rng.uniform() - 1, 2 * rng.uniform() - 1, 2 * rng.uniform() - 1]
    const squares = point[0] ** 2 + point[1] ** 2 + point[2] ** 2
    if (squares > 1e-4 && squares <= 1) return unit(point)
  }
}

function unit([a, b, c]: Point): Point {
  const length = Math.sqrt(a * a + b * b + c * c)
  return [a / length, b / length, c / length]
}
