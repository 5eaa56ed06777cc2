/** Before the unit tests: some of them start the built workers, command line, library and browser host. */
import { build } from './build.mjs'

export default async function setup() {
  await build({ only: ['main', 'lib'] })
  try {
    await build({ only: ['renderer'] })
  } catch (error) {
    // Pages in the middle of a change must not keep the core from being tested; the test that serves them will fail.
    console.error(`The pages could not be built: ${error instanceof Error ? error.message : error}`)
  }
}
