/** Windows of pictures and volumes as rows of a matrix, for convolutions. */
import { addFloats, copyFloats } from './floats'

/**
 * Patches [N * od * oh * ow, kd * kh * kw * channels] of x [N, D, H, W, channels], zeros outside (`back` = 0), or the
 * adjoint: patches added onto x, which must be zeroed before (`back` = 1). Pictures are volumes of depth 1.
 */
export function im2col(
  x: usize,
  patches: usize,
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
  padLeft: i32,
  back: i32
): void {
  const run = kernelWidth * channels
  const runBytes: usize = run << 2
  const planeBytes: usize = runBytes * kernelHeight
  const rowBytes: usize = (width * channels) << 2
  const sliceBytes: usize = <usize>height * rowBytes
  for (let n = 0; n < batch; n++) {
    for (let od = 0; od < outDepth; od++) {
      for (let oh = 0; oh < outHeight; oh++) {
        for (let ow = 0; ow < outWidth; ow++) {
          const left = ow * strideWidth - padLeft
          const skip = max(0, -left) * channels
          const cut = max(0, left + kernelWidth - width) * channels
          const inside = run - skip - cut
          for (let kd = 0; kd < kernelDepth; kd++) {
            const slice = od * strideDepth - padFront + kd
            if (slice < 0 || slice >= depth) {
              if (!back) memory.fill(patches, 0, planeBytes)
              patches += planeBytes
              continue
            }
            const base: usize = x + <usize>slice * sliceBytes
            for (let kh = 0; kh < kernelHeight; kh++) {
              const row = oh * strideHeight - padTop + kh
              if (row >= 0 && row < height && inside > 0) {
                const at: usize = base + <usize>row * rowBytes + ((left * channels + skip) << 2)
                const patch: usize = patches + (skip << 2)
                if (back) addFloats(patch, at, inside)
                else {
                  if (skip > 0) memory.fill(patches, 0, skip << 2)
                  copyFloats(at, patch, inside)
                  if (cut > 0) memory.fill(patch + (inside << 2), 0, cut << 2)
                }
              } else if (!back) memory.fill(patches, 0, runBytes)
              patches += runBytes
            }
          }
        }
      }
    }
    x += <usize>depth * sliceBytes
  }
}
