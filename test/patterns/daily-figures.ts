/** The figures that bookings contribute to the daily report, by the projection that counts them. */
export const bookingFigures = { bookings: ['bookings'] } as const
