/** Hands text or bytes to the browser's own way of saving files. */
export function saveFile(name: string, content: string | Blob, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  saveAddress(name, address)
  // The download has to have begun before the address goes.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** The same for what is an address already, such as a picture of a canvas: data:image/png;... */
export function saveAddress(name: string, address: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, '-')
  link.click()
}
