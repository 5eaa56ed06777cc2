import { RuleTester } from 'eslint'
import { describe, it } from 'vitest'
import { shownAfterAwait } from './shown-after-await.mjs'

RuleTester.describe = describe
RuleTester.it = it
const method = (body) => `class Engine { async work(other) { ${body} } }`
const errors = [{ messageId: 'late' }]

new RuleTester({ languageOptions: { ecmaVersion: 2024, sourceType: 'module' } }).run(
  'shown-after-await',
  shownAfterAwait,
  {
    valid: [
      method('const session = this.session; await one(session); return session.info()'),
      method('await this.project.update(1)'),
      method('await one(); if (other !== this.session) return'),
      method('await one(); this.session = null'),
      method('await one(); return () => this.session'),
      method('if (other) await one(); else two(this.session)'),
      method('for (const run of this.session.runs) await one(run)'),
      method('const { session } = this; await one(session)'),
      method('await one(); const { queries } = this'),
      'class Engine { work() { return this.project.info() } }',
      'const put = async () => { const session = project(); await one(session); return session.info() }',
      'const put = async () => { await one(project()); return {} }',
      'const put = async () => { await one(); if (shown() !== other) return }'
    ],
    invalid: [
      { code: method('await one(); return this.session.info()'), errors },
      { code: method('await this.trust(this.project); return this.project.info()'), errors },
      { code: method('await one(); this.push("a", this.folders(this.project))'), errors },
      { code: method('try { await one() } finally { this.session.close() }'), errors },
      { code: method('while (other) { this.session.look(); await one() }'), errors },
      { code: method('await one(); const { queries, session } = this'), errors },
      { code: method('for await (const one of other) this.session.take(one)'), errors },
      { code: 'const handlers = (() => { return async () => { await one(); return this.project } })', errors },
      { code: 'const put = async () => { await one(); return project().info() }', errors },
      { code: 'const put = async () => { await one(); const session = shown() }', errors }
    ]
  }
)
