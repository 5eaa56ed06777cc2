/** Hands text or bytes to the browser's own way of saving files. */
export function saveFile(name: string, content: string | Blob, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, '-')
  link.click()
  // The download has to have begun before the address goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
