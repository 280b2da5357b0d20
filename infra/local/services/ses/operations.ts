import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of SES that are modelled. */
export const sesOperations = {
  SendEmail: {
    caller: 'the reactions that send mail',
    file: 'workflows/reactions/ses-mailer.ts',
    call: 'new SendEmailCommand(',
  },
} satisfies OperationTable
