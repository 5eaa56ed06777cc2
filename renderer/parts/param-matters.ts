import type { ParamSpec, ParamValue } from '../../src/domain/recipe'

/** Some parameters count only beside certain values of another one. */
export function matters({ when }: ParamSpec, params: Readonly<Record<string, ParamValue>>): boolean {
  if (!when) return true
  return 'not' in when ? !when.not.includes(params[when.key]) : when.values.includes(params[when.key])
}
