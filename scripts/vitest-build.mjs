/** Before the unit tests: some of them start the built workers, the built command line and the built library. */
import { build } from './build.mjs'

export default async function setup() {
  await build({ only: ['main', 'lib'] })
}
