/**
 * ESLint rule: which project is shown may change at every await, so `this.session` and `this.project`, and what answers requests
 * calls `project()` and `shown()`, are read before it. After one they may only be compared, which is the check itself, or be written.
 */
const shown = new Set(['session', 'project'])
const shownBy = new Set(['project', 'shown'])

export const shownAfterAwait = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      late: 'After an await another project may be shown: take {{name}} into a constant before it, or compare it.'
    }
  },
  create(context) {
    /** One of each function that is being read: the first await that has ended, and what is read in it. */
    const functions = []
    const enter = (node) => functions.push({ node, awaits: [], reads: [] })
    const leave = () => {
      const { node, awaits, reads } = functions.pop()
      for (const read of reads) {
        const late = awaits.some((one) => comesBefore(one, read, node))
        if (late) context.report({ node: read, messageId: 'late', data: { name: nameOf(read) } })
      }
    }
    const awaits = (node) => functions.at(-1)?.awaits.push(node)
    return {
      ':function': enter,
      ':function:exit': leave,
      AwaitExpression: awaits,
      'ForOfStatement[await=true]': awaits,
      // `const { session } = this` reads it as well.
      VariableDeclarator({ id, init }) {
        if (init?.type !== 'ThisExpression' || id.type !== 'ObjectPattern') return
        for (const property of id.properties) {
          const name = property.type === 'Property' && !property.computed ? property.key.name : undefined
          if (shown.has(name)) functions.at(-1)?.reads.push(property)
        }
      },
      CallExpression(node) {
        if (node.callee.type !== 'Identifier' || !shownBy.has(node.callee.name) || node.arguments.length > 0) return
        if (!isCompared(node)) functions.at(-1)?.reads.push(node)
      },
      MemberExpression(node) {
        if (node.object.type !== 'ThisExpression' || node.computed || !shown.has(node.property.name)) return
        if (!isWritten(node) && !isCompared(node)) functions.at(-1)?.reads.push(node)
      }
    }
  }
}

function nameOf(read) {
  return read.type === 'CallExpression' ? `${read.callee.name}()` : `this.${(read.property ?? read.key).name}`
}

/** By place in the text, or because both are in a loop, where the end comes before the beginning. */
function comesBefore(one, read, within) {
  // What is awaited is read before the waiting begins.
  const end = one.type === 'AwaitExpression' ? one.range[1] : one.range[0]
  if (end <= read.range[0]) return !inOtherBranch(one, read)
  for (let at = read.parent; at && at !== within; at = at.parent) {
    const loops = /^(For|While|DoWhile)/.test(at.type)
    if (loops && at.range[0] <= one.range[0] && one.range[1] <= at.range[1] && !isIterated(at, read)) return true
  }
  return false
}

/** What a loop goes over is read once, before it. */
function isIterated(loop, read) {
  const once = loop.type === 'ForStatement' ? loop.init : /^For/.test(loop.type) ? loop.right : null
  return Boolean(once && once.range[0] <= read.range[0] && read.range[1] <= once.range[1])
}

/** `if (a) await b; else this.session`: one of them alone happens. */
function inOtherBranch(one, read) {
  for (let at = one.parent; at; at = at.parent) {
    if (at.type !== 'IfStatement' && at.type !== 'ConditionalExpression') continue
    const inside = (node, part) => part && part.range[0] <= node.range[0] && node.range[1] <= part.range[1]
    if (inside(one, at.consequent) && inside(read, at.alternate)) return true
  }
  return false
}

function isWritten({ parent, range }) {
  return parent.type === 'AssignmentExpression' && parent.operator === '=' && parent.left.range[0] === range[0]
}

function isCompared({ parent }) {
  return parent.type === 'BinaryExpression' && /^[!=]==$/.test(parent.operator)
}
