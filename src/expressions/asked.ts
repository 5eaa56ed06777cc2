/** What has to be known of every run before an expression can be evaluated. */
import { isPlain } from '../text/plain-words'
import { functions } from './functions'
import type { Node } from './nodes'
import { parse } from './parse'

export interface Asked {
  names: string[]
  tags: string[]
  /** Whether states are asked for. */
  path: boolean
  /** Plain words are looked for in a text of each run. */
  text: boolean
}

/** @throws ExpressionError */
export function askedBy(text: string): Asked {
  return isPlain(text) ? { names: [], tags: [], path: false, text: true } : askedByValue(text)
}

/**
 * The same of an expression that is asked for its value: a word alone is a name.
 * @throws ExpressionError
 */
export function askedByValue(text: string): Asked {
  const names = new Set<string>()
  const tags = new Set<string>()
  let path = false
  const look = (node: Node): void => {
    switch (node.kind) {
      case 'literal':
        return
      case 'name':
        if (node.name === 'path') path = true
        else names.add(node.name)
        return
      case 'list':
        return node.items.forEach(look)
      case 'call': {
        const takes = functions.get(node.name)?.takes
        const [argument] = node.args
        if (takes === 'state') path = true
        if (argument?.kind === 'literal' && typeof argument.value === 'string') {
          if (takes === 'tag') tags.add(argument.value)
          if (takes === 'name') names.add(argument.value)
        }
        return node.args.forEach(look)
      }
      case 'not':
      case 'negative':
        return look(node.of)
      case 'and':
      case 'or':
      case 'arithmetic':
        look(node.left)
        return look(node.right)
      case 'comparison':
        return node.operands.forEach(look)
    }
  }
  look(parse(text))
  return { names: [...names], tags: [...tags], path, text: false }
}
