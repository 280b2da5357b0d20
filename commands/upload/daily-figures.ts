/** The figures that this feature contributes to the daily report, by the projection that counts them. */
export const uploadFigures = { uploads: ['uploads', 'bytes'] } as const
