// npm start and npm test run this first. Its syntax is old, so that an old Node parses it and prints the line.
import { existsSync } from 'node:fs'

const major = 20
const minor = 19
const found = process.versions.node.split('.').map(Number)
if (found[0] < major || (found[0] === major && found[1] < minor)) {
  console.error(`Annals needs Node ${major}.${minor} or later. This is Node ${process.versions.node}.`)
  process.exit(1)
}
// Whatever needs packages asks for them here, because Node's own message about a missing one names no remedy.
if (process.argv.includes('--installed') && !existsSync(new URL('../../node_modules/tsx', import.meta.url))) {
  console.error('The packages of Annals are not installed. Type: npm ci')
  process.exit(1)
}
