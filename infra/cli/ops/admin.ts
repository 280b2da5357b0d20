import { type OpsCommand, oneOperand } from './command.ts'
import { columns } from './printing.ts'

/** Changes the group, and reports the result for the person with this address. */
function change(name: 'add' | 'remove', summary: string, done: (address: string) => string): OpsCommand {
  return {
    name: `admin ${name}`,
    usage: `admin ${name} ADDRESS`,
    summary,
    options: [],
    async run(request, _ports, open) {
      const address = oneOperand(request, 'ADDRESS')
      const { admins } = await open()
      const outcome = await admins[name](address)
      if (outcome === 'done') return { json: { address, outcome }, text: done(address) }
      return {
        json: { address, outcome },
        text: `Nobody has signed up with ${address}. Sign up first, then repeat this command.`,
        failed: true,
      }
    },
  }
}

export const adminAdd = change(
  'add',
  'puts the person who signed up with this address in the group admin',
  (address) => `${address} is in the group admin. Sign in again: tokens show the group from then on.`,
)

export const adminRemove = change(
  'remove',
  'takes the person out of the group admin',
  (address) => `${address} is not in the group admin. Tokens that were issued before expire within an hour.`,
)

export const adminList: OpsCommand = {
  name: 'admin list',
  usage: 'admin list',
  summary: 'lists the people in the group admin',
  options: [],
  async run({ operands }, _ports, open) {
    if (operands.length > 0) throw new Error('admin list takes no operand')
    const { admins } = await open()
    const found = await admins.list()
    return {
      json: found,
      text:
        found.length === 0
          ? 'Nobody is in the group admin.'
          : columns(found.map(({ email, userId }) => [email, userId])),
    }
  },
}
