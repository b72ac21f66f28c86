/** What lies in the folder of the chat process. */
import { join } from 'node:path';

export const journalIn = (folder: string): string => join(folder, 'chat.journal');
/** Laid down by `dead-letters --retry`: only the process that serves writes the journal. */
export const reviveMark = (folder: string): string => join(folder, 'retry-dead-letters');
