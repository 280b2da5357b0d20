import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pythonWith, type Tries } from './python-packages.ts'

/** The linter of CloudFormation templates that AWS maintains, in the version that the templates were last judged by. */
const linter = 'cfn-lint==1.58.0'

/** The part of a step's shell that the linter needs. */
interface Runs extends Tries {
  /** Throws if the command does not end with 0. */
  run(program: string, args: readonly string[], command: { readonly folder: string }): Promise<void>
}

/** A rule of cfn-lint whose findings are not defects. */
export interface IgnoredRule {
  readonly rule: string
  readonly reason: string
}

const ignored: readonly IgnoredRule[] = [
  {
    rule: 'W3005',
    reason:
      'CDK makes a function depend on its role and on the policy of the role. Only the dependency on the policy is needed, and CDK adds both.',
  },
]

/** A finding as cfn-lint writes it. */
export interface LintFinding {
  readonly Filename: string
  readonly Message: string
  readonly Rule: { readonly Id: string }
  readonly Location: { readonly Path: readonly (string | number)[] | null }
}

/** Lints templates, with its findings in a file in the folder. Throws an Error that lists the findings, or the ignored rules that find nothing any longer. */
export async function lintTemplates(
  templates: readonly string[],
  o: { readonly shell: Runs; readonly root: string; readonly folder: string },
): Promise<void> {
  const { folder } = o
  const programs = await pythonWith([linter], o)
  const file = join(folder, 'findings.json')
  const options = ['--format', 'json', '--output-file', file, '--non-zero-exit-code', 'none']
  await o.shell.run(join(programs, 'cfn-lint'), [...options, '--', ...templates], { folder })
  const findings = JSON.parse(readFileSync(file, 'utf8')) as LintFinding[] // in the format of cfn-lint 1
  const objections = objectionsTo(findings, ignored)
  if (objections.length > 0) throw new Error(objections.join('\n'))
}

/** The findings of rules that are not ignored, and the ignored rules without a finding, a line each. */
export function objectionsTo(findings: readonly LintFinding[], rules: readonly IgnoredRule[]): string[] {
  const isIgnored = ({ Rule }: LintFinding) => rules.some(({ rule }) => rule === Rule.Id)
  const stale = rules.filter(({ rule }) => !findings.some(({ Rule }) => Rule.Id === rule))
  return [
    ...findings
      .filter((finding) => !isIgnored(finding))
      .map(({ Filename, Location, Rule, Message }) => {
        const place = [Filename, ...(Location.Path ?? [])].join('/')
        return `${Rule.Id} ${place}: ${Message}`
      }),
    ...stale.map(
      ({ rule }) => `${rule} is ignored and finds nothing: remove it from test/verify/cfn-lint.ts.`,
    ),
  ]
}
