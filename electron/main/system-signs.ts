/** What the system can be told, by Electron. */
import { Notification, powerSaveBlocker } from 'electron'
import type { SystemSigns } from './training-signs'

export const systemSigns: SystemSigns = {
  notify(title, body, clicked) {
    if (!Notification.isSupported()) return
    const note = new Notification({ title, body })
    note.on('click', clicked)
    note.show()
  },
  // The screen may go dark; the machine must not, or a night's training stands still.
  stayAwake: () => powerSaveBlocker.start('prevent-app-suspension'),
  rest: (id) => powerSaveBlocker.stop(id)
}
