// @vitest-environment happy-dom
/** The menu of a panel and the table behind it, as a keyboard and a reader of the screen meet them. */
import { mount } from '@vue/test-utils'
import { nextTick } from 'vue'
import { afterEach, expect, it } from 'vitest'
import type { DataTable } from './csv'
import ExportMenu from './ExportMenu.vue'

let menu: ReturnType<typeof mount> | null = null
afterEach(() => menu?.unmount())

async function opened(table: DataTable): Promise<void> {
  menu = mount(ExportMenu, { props: { name: 'metrics', png: null, table: () => table }, attachTo: document.body })
  await menu.get('button').trigger('click')
  await nextTick()
}
const items = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')]
const press = (key: string): boolean =>
  document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))

it('goes through the items by arrow keys, and back to the button by Escape', async () => {
  await opened({ header: ['a'], rows: [[1]] })
  expect(items().map((item) => item.textContent.trim())).toEqual(['Show as table', 'Save numbers as CSV'])
  expect(document.activeElement).toBe(items()[0])
  press('ArrowUp')
  expect(document.activeElement).toBe(items()[1])
  press('ArrowDown')
  expect(document.activeElement).toBe(items()[0])
  press('Escape')
  await nextTick()
  expect(items()).toHaveLength(0)
  expect(document.activeElement).toBe(menu!.get('button').element)
})

it('shows a table with a caption and heads, and says what it leaves out', async () => {
  await opened({ header: ['run', 'value'], rows: Array.from({ length: 1200 }, (_, i) => [`seed ${i}`, i / 3]) })
  items()[0].click()
  await nextTick()
  const table = document.querySelector('[data-test="data-table"] table')!
  expect(table.querySelector('caption')!.textContent).toMatch(/first 500 of 1.200 rows\. Copied and saved are all/)
  expect([...table.querySelectorAll('th[scope="col"]')].map((head) => head.textContent)).toEqual(['run', 'value'])
  expect(table.querySelectorAll('tbody tr')).toHaveLength(500)
  // Six digits to read.
  expect(table.querySelector('tbody tr:nth-child(2)')!.textContent).toBe('seed 10.333333')
})
