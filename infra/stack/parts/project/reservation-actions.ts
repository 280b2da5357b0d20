/**
 * The actions on reservations that projects add to the command API. A project looks up the holder of an address, and
 * reserves a hold on the account of its owner while it is shared. The deletion of an account asks for such holds.
 */
export const projectReservationActions = ['GetItem', 'PutItem', 'Query'] as const
