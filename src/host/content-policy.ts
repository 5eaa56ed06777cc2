/** What pages may load and do, as headers: the same for both hosts, so that a hole in one is no surprise of the other. */

/** Where the page's own connections go. `'self'` does not cover WebSockets in every browser, so theirs is named. */
export interface PolicyOptions {
  /** Origins besides the page's own that it may connect to, such as `ws://127.0.0.1:8080`. */
  connect?: string[]
}

/** Nothing that is not named is allowed; `default-src` does not cover the last four, so they are named, too. */
const closed = [
  "default-src 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
]

/** The policy of the application's page. */
export function pagePolicy({ connect = [] }: PolicyOptions = {}): string {
  return [
    ...closed,
    "script-src 'self'",
    // Naive UI and vis-network write their styles at run time.
    "style-src 'self' 'unsafe-inline'",
    // Pictures and sounds out of event files, and figures on their way to a file, are blobs; icons of styles are data.
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    "worker-src 'self'",
    ["connect-src 'self'", ...connect].join(' ')
  ].join('; ')
}

/** The policy of the hidden page that trains, and of its worker: no styles, no pictures, and WebAssembly for the metrics. */
export const gpuPolicy = [
  ...closed,
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'"
].join('; ')

/** Headers of every answer, whatever it holds. */
export function isolationHeaders(policy: string): Record<string, string> {
  return {
    'Content-Security-Policy': policy,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), display-capture=()',
    // What a page shows of a project stays out of the browser's cache on the disk.
    'Cache-Control': 'no-store'
  }
}
