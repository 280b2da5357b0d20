import { environment } from '../../commands/aws/environment.ts'
import { reactionFunction } from '../reactions/reaction-function.ts'
import { createCognitoSignIns } from '../user/cognito-sign-ins.ts'
import { signInDeletion } from '../user/sign-in-deletion.ts'

const signIns = createCognitoSignIns(environment('USER_POOL_ID'))

export const handler = reactionFunction((ports) => signInDeletion({ ...ports, signIns }))
