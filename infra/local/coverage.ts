import type { ServiceProvider } from './cloud/provider.ts'

/** The text of docs/local-cloud.md: every resource type and every operation that these providers model. */
export function coveragePage(providers: readonly ServiceProvider[]): string {
  const listed = providers.filter(
    ({ resources, operations }) => Object.keys({ ...resources, ...operations }).length > 0,
  )
  return `# What the local cloud models

Generated from the providers in \`infra/local/services\` by \`node --import tsx infra/local/write-coverage.ts\`. Do not edit.

The local cloud refuses a template with any other type of resource, a property that a type here does not model, and a
call of any other operation. Each refusal names what it refuses. A request that a function signs is also checked
against the role of the function.

An operation is modelled only if something calls it. The last column names one caller.

${listed.map(sectionOf).join('\n')}`
}

function sectionOf({ service, resources, operations }: ServiceProvider): string {
  const types = Object.entries(resources).map(([type, { modelled }]) => `| \`${type}\` | ${modelled} |`)
  const calls = Object.entries(operations).map(
    ([operation, { caller, file }]) => `| \`${operation}\` | ${caller} (\`${file}\`) |`,
  )
  return [
    `## ${service}`,
    ...table('| Resource type | Modelled |', types),
    ...table('| Operation | Caller |', calls),
    '',
  ].join('\n')
}

function table(head: string, rows: readonly string[]): string[] {
  return rows.length === 0 ? [] : ['', head, '| --- | --- |', ...rows]
}
