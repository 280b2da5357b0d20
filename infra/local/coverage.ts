import type { FindCallers } from './callers.ts'
import type { ServiceProvider } from './cloud/provider.ts'

/** Returns the text of docs/local-cloud.md: every resource type and every operation that these providers model. */
export function coveragePage(providers: readonly ServiceProvider[], findCallers: FindCallers): string {
  const listed = providers.filter(
    ({ resources, operations }) => Object.keys({ ...resources, ...operations }).length > 0,
  )
  return `# Resource types and operations of the local cloud

Generated from the providers in \`infra/local/services\` by \`npm run local-cloud\`. Do not edit.

The local cloud refuses a template with any other type of resource, a property that it does not model, and a call of any
other operation. Each refusal names the refused thing. The local cloud also checks a request that a function signs against
the role of the function.

An operation is modelled only if code calls it or people explore with it. The second column names the code that calls it.
If only tests do, it names one of them. The last column names the tool that people explore it with.

${listed.map((provider) => sectionOf(provider, findCallers)).join('\n')}`
}

function sectionOf({ service, resources, operations }: ServiceProvider, findCallers: FindCallers): string {
  const types = Object.entries(resources).map(([type, { modelled }]) => `| \`${type}\` | ${modelled} |`)
  const calls = Object.entries(operations).map(
    ([operation, use]) =>
      `| \`${operation}\` | ${calledIn(findCallers(operation, use))} | ${use.tool ?? ''} |`,
  )
  return [
    `## ${service}`,
    ...table(['Resource type', 'Modelled'], types),
    ...table(['Operation', 'Called in', 'Tool'], calls),
    '',
  ].join('\n')
}

/** Lists the files of the product that call an operation, or else the first test that does. */
function calledIn(files: readonly string[]): string {
  const product = files.filter((file) => !file.startsWith('test/'))
  return (product.length > 0 ? product : files.slice(0, 1)).map((file) => `\`${file}\``).join(', ')
}

function table(columns: readonly string[], rows: readonly string[]): string[] {
  if (rows.length === 0) return []
  return ['', `| ${columns.join(' | ')} |`, `|${' --- |'.repeat(columns.length)}`, ...rows]
}
