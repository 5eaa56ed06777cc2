/** One answer for each request of the contract. */
import type { ParsedParams, RequestName, RequestResult } from '../contract/requests'

export type Handlers = {
  [N in RequestName]: (params: ParsedParams<N>) => Promise<RequestResult<N>> | RequestResult<N>
}
