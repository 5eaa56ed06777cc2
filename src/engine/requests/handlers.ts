/** One answer for each request of the contract. */
import type { ParsedParams, RequestName, RequestResult } from '../../contract/requests'

/** `signal` aborts when whoever asked has gone: questions that only read end with it, what changes something goes on. */
export type Handlers = {
  [N in RequestName]: (params: ParsedParams<N>, signal?: AbortSignal) => Promise<RequestResult<N>> | RequestResult<N>
}

/** Those of one area, by its table of requests. */
export type HandlersOf<Requests> = Pick<Handlers, keyof Requests & RequestName>
