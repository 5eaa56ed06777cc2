/** Largest values of windows of pictures and volumes. */
import { copyFloats, maxFloats } from './floats'

/**
 * Largest value of each window: x [N, D, H, W, channels] -> y [N, od, oh, ow, channels]. Pictures are volumes of depth 1.
 * What lies outside does not count; a NaN in a window becomes its result.
 */
export function maxPool(
  x: usize,
  y: usize,
  batch: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelDepth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32
): void {
  const pixelBytes: usize = channels << 2
  const rowBytes: usize = <usize>width * pixelBytes
  const sliceBytes: usize = <usize>height * rowBytes
  for (let n = 0; n < batch; n++) {
    for (let od = 0; od < outDepth; od++) {
      const front = max(0, od * strideDepth - padFront)
      const behind = min(depth, od * strideDepth - padFront + kernelDepth)
      for (let oh = 0; oh < outHeight; oh++) {
        const top = max(0, oh * strideHeight - padTop)
        const bottom = min(height, oh * strideHeight - padTop + kernelHeight)
        for (let ow = 0; ow < outWidth; ow++) {
          const left = max(0, ow * strideWidth - padLeft)
          const right = min(width, ow * strideWidth - padLeft + kernelWidth)
          const first: usize = x + <usize>front * sliceBytes + <usize>top * rowBytes + <usize>left * pixelBytes
          copyFloats(first, y, channels)
          for (let d = front; d < behind; d++) {
            for (let h = top; h < bottom; h++) {
              const row: usize = x + <usize>d * sliceBytes + <usize>h * rowBytes
              for (let w = left; w < right; w++) maxFloats(row + <usize>w * pixelBytes, y, channels)
            }
          }
          y += pixelBytes
        }
      }
    }
    x += <usize>depth * sliceBytes
  }
}

/**
 * Gradient of `maxPool`: every dy is added to the first largest element of its window. dx must be zeroed before.
 */
export function maxPoolGradient(
  x: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelDepth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  padFront: i32,
  padTop: i32,
  padLeft: i32
): void {
  const rowStride = width * channels
  const sliceStride = height * rowStride
  for (let n = 0; n < batch; n++) {
    for (let od = 0; od < outDepth; od++) {
      const front = max(0, od * strideDepth - padFront)
      const behind = min(depth, od * strideDepth - padFront + kernelDepth)
      for (let oh = 0; oh < outHeight; oh++) {
        const top = max(0, oh * strideHeight - padTop)
        const bottom = min(height, oh * strideHeight - padTop + kernelHeight)
        for (let ow = 0; ow < outWidth; ow++) {
          const left = max(0, ow * strideWidth - padLeft)
          const right = min(width, ow * strideWidth - padLeft + kernelWidth)
          for (let c = 0; c < channels; c++) {
            let best = front * sliceStride + top * rowStride + left * channels + c
            let value = load<f32>(x + (best << 2))
            for (let d = front; d < behind; d++) {
              for (let h = top; h < bottom; h++) {
                for (let w = left; w < right; w++) {
                  const at = d * sliceStride + h * rowStride + w * channels + c
                  const v = load<f32>(x + (at << 2))
                  // Selections instead of a branch: which element is largest cannot be predicted.
                  const larger = v > value
                  best = select(at, best, larger)
                  value = select(v, value, larger)
                }
              }
            }
            store<f32>(dx + (best << 2), load<f32>(dx + (best << 2)) + load<f32>(dy))
            dy += 4
          }
        }
      }
    }
    x += (depth * sliceStride) << 2
    dx += (depth * sliceStride) << 2
  }
}
