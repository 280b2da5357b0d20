import * as z from 'zod/mini'
import { en } from 'zod/v4/locales'

// Loads the messages of zod. Without them, its small build reports every fault as "Invalid input".
z.config(en())
