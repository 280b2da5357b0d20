import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

const { globalSetup: _, ...test } = base.test ?? {}

/** The settings of all tests without the bundles and the template, which take longer to make than most tests to run. */
export default defineConfig({ ...base, test })
