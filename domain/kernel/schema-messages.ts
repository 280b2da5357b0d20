import * as z from 'zod/mini'
import { en } from 'zod/v4/locales'

// What is wrong with data, in words: without them zod's small build says "Invalid input" to everything.
z.config(en())
