/**
 * What the linter guards: import directions, the environment of each folder, and mistakes. Layout is prettier's.
 * A direction that is in the way is moved in scripts/lint/directions.mjs and docs/architecture.md, never disabled.
 */
import js from '@eslint/js'
import pluginVue from 'eslint-plugin-vue'
import globals from 'globals'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'
import { directions } from './scripts/lint/directions.mjs'
import { importDirections } from './scripts/lint/import-directions.mjs'
import { shownAfterAwait } from './scripts/lint/shown-after-await.mjs'

const tests = ['**/*.test.ts', '**/testing/**']
/** AssemblyScript: the grammar of TypeScript with types of its own, which no rule may ask TypeScript about. */
const kernels = ['src/*/simd/kernels/**']
const folders = Object.entries(directions)
const filesIn = (folder) => `${folder}/**/*.{ts,vue}`
/** Folders of the core that know no Node: what they use must exist in browsers, in workers and in Node alike. */
const pure = folders
  .filter(([folder, { node }]) => folder.startsWith('src/') && !node)
  .map(([folder]) => filesIn(folder))
const onNode = folders.filter(([, { node }]) => node).map(([folder]) => filesIn(folder))

const shared = new Set(Object.keys({ ...globals.builtin, ...globals['shared-node-browser'] }))
const banned = (environment, message) =>
  Object.keys(globals[environment])
    .filter((name) => !shared.has(name))
    .map((name) => ({ name, message }))
/** The names of AssemblyScript that kernels use: what is misspelt is undefined. */
const assemblyScript = [
  ...[
    'bool',
    'u8',
    'u16',
    'u32',
    'u64',
    'i32',
    'i64',
    'usize',
    'f32',
    'f64',
    'v128',
    'i32x4',
    'i64x2',
    'f32x4',
    'f64x2'
  ],
  ...['load', 'store', 'memory', 'select', 'reinterpret', 'sizeof', 'min', 'max', 'sqrt', 'inline']
]
/** It only keeps the formatter from giving each key a line. */
const literalSpread = {
  selector: 'ObjectExpression > SpreadElement > ObjectExpression',
  message: 'Write the keys into the object itself.'
}
const noDom = banned('browser', 'This code runs without a page.').filter(({ name }) => !(name in globals.node))
const noNode = banned('node', 'This code runs without Node.').filter(({ name }) => !(name in globals.browser))

export default defineConfig(
  {
    ignores: [
      'out/**',
      'node_modules/**',
      'resources/**',
      'playwright-report/**',
      'test-results/**',
      '**/screenshots/**'
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...pluginVue.configs['flat/essential'],

  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', literalSpread],
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }
      ]
    }
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser } },
    rules: {
      // Names such as TopBar are two words; App is the one exception that every Vue application has.
      'vue/multi-word-component-names': ['error', { ignores: ['App'] }]
    }
  },
  {
    // A promise that nobody waits for loses its error, and in the host that ends the process.
    files: ['src/**/*.ts', 'electron/**/*.ts'],
    ignores: [...tests, ...kernels],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }]
    }
  },
  {
    files: ['**/*.{js,mjs}', '*.config.ts', 'bench/**', 'e2e/**'],
    languageOptions: { globals: globals.node },
    rules: { 'no-undef': 'error' }
  },
  { files: ['bench/**/*.ts', 'e2e/**/*.ts', '*.config.ts'], rules: { 'no-undef': 'off' } },

  {
    files: kernels,
    languageOptions: { globals: Object.fromEntries(assemblyScript.map((name) => [name, 'readonly'])) },
    rules: {
      'no-undef': 'error',
      'no-const-assign': 'error',
      'no-unreachable': 'error',
      'no-shadow': 'error',
      'no-use-before-define': ['error', { functions: false }],
      'max-lines': ['error', 350],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: ['camelCase'] },
        { selector: 'variable', modifiers: ['const', 'global'], format: ['UPPER_CASE'] },
        { selector: 'typeLike', format: ['PascalCase'] }
      ]
    }
  },

  {
    files: folders.map(([folder]) => filesIn(folder)),
    plugins: {
      phasescope: { rules: { 'import-directions': importDirections, 'shown-after-await': shownAfterAwait } }
    },
    rules: { 'phasescope/import-directions': 'error' }
  },
  {
    // Opening another project may come between at every await.
    files: [filesIn('src/engine')],
    ignores: tests,
    rules: { 'phasescope/shown-after-await': 'error' }
  },
  { files: pure, ignores: tests, rules: { 'no-restricted-globals': ['error', ...noDom, ...noNode] } },
  { files: onNode, ignores: tests, rules: { 'no-restricted-globals': ['error', ...noDom] } },
  {
    files: [filesIn('renderer'), filesIn('electron/preload'), filesIn('electron/gpu')],
    ignores: tests,
    rules: { 'no-restricted-globals': ['error', ...noNode] }
  },
  {
    // The bridge is the only reader of the window API.
    files: [filesIn('renderer')],
    ignores: ['renderer/bridge/**', ...tests],
    rules: {
      'no-restricted-syntax': [
        'error',
        literalSpread,
        {
          selector: "MemberExpression[object.name=/^(window|globalThis)$/][property.name='phasescope']",
          message: 'Only renderer/bridge talks to the host; use its request and onEvent.'
        }
      ]
    }
  }
)
