import * as z from 'zod/mini'
import { en } from 'zod/v4/locales'

// Loads the messages of zod: without them, its small build says "Invalid input" to everything.
z.config(en())
