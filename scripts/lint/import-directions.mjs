/** ESLint rule: imports point down, as `directions` says. */
import { builtinModules } from 'node:module'
import { posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { directions, folderOf, isTest } from './directions.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const importDirections = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      folder: '{{from}} may not import {{to}}: imports point down (docs/architecture.md).',
      types: '{{from}} may import only types from {{to}}: use `import type` of what has no code at run time.',
      node: '{{from}} runs without Node and may not import {{to}}.',
      package:
        '{{from}} may not import the package {{to}} (scripts/lint/directions.mjs lists what each folder may use).',
      testing: 'Only tests may import {{to}}.'
    }
  },
  create(context) {
    const path = relative(root, context.filename).split(sep).join('/')
    const from = folderOf(path)
    if (!from || isTest(path)) return {}
    const allowed = directions[from]

    const check = (node, specifier, typeOnly) => {
      const found = specifier.startsWith('.') ? checkRelative(specifier, typeOnly) : checkPackage(specifier)
      if (found) context.report({ node, messageId: found.messageId, data: { from, to: found.to } })
    }

    const checkRelative = (specifier, typeOnly) => {
      const target = posix.normalize(posix.join(posix.dirname(path), specifier))
      if (isTest(`${target}.ts`) || isTest(target)) return { messageId: 'testing', to: target }
      const to = folderOf(target) ?? folderOf(`${target}/index`)
      if (to === from) return null
      if (!to) return target.startsWith('..') || isSource(target) ? { messageId: 'folder', to: target } : null
      const name = to.replace(/^src\//, '')
      if (allowed.imports.includes(to.startsWith('src/') ? name : to)) return null
      const mayTakeTypes = allowed.types?.some((place) => target === `src/${place}`)
      if (mayTakeTypes) return typeOnly ? null : { messageId: 'types', to: target }
      return { messageId: 'folder', to }
    }

    const checkPackage = (specifier) => {
      if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
        return allowed.node ? null : { messageId: 'node', to: specifier }
      }
      const known = (allowed.packages ?? []).some((name) =>
        name.endsWith('/*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name
      )
      return known ? null : { messageId: 'package', to: specifier }
    }

    return {
      ImportDeclaration(node) {
        check(node, node.source.value, isTypeOnly(node, node.importKind))
      },
      ExportNamedDeclaration(node) {
        if (node.source) check(node, node.source.value, isTypeOnly(node, node.exportKind))
      },
      ExportAllDeclaration(node) {
        check(node, node.source.value, node.exportKind === 'type')
      },
      ImportExpression(node) {
        if (node.source.type === 'Literal') check(node, String(node.source.value), false)
      },
      TSImportType(node) {
        const literal = node.source ?? node.argument?.literal
        if (literal) check(node, String(literal.value), true)
      }
    }
  }
}

/** Inside the places that have directions, but in no known folder: a folder that nobody has decided about yet. */
function isSource(target) {
  return target.startsWith('src/') || target.startsWith('electron/')
}

function isTypeOnly(node, kind) {
  if (kind === 'type') return true
  const specifiers = node.specifiers ?? []
  return (
    specifiers.length > 0 &&
    specifiers.every((specifier) => specifier.importKind === 'type' || specifier.exportKind === 'type')
  )
}
