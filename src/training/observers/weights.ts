import { weightScalars } from '../../hooks/weights'
import type { HookObserver } from './kind'

export const weights: HookObserver = { parameters: weightScalars }
