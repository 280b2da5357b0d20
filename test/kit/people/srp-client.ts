import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** The 3,072-bit prime as printed in section 4 of RFC 3526. */
const N = BigInt(
  `0x${[
    'FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74',
    '020BBEA6 3B139B22 514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437',
    '4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B 0BFF5CB6 F406B7ED',
    'EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE45B3D C2007CB8 A163BF05',
    '98DA4836 1C55D39A 69163FA8 FD24CF5F 83655D23 DCA3AD96 1C62F356 208552BB',
    '9ED52907 7096966D 670C354E 4ABC9804 F1746C08 CA18217C 32905E46 2E36CE3B',
    'E39E772C 180E8603 9B2783A2 EC07A28F B5C55DF0 6F4C52C9 DE2BCBF6 95581718',
    '3995497C EA956AE5 15D22618 98FA0510 15728E5A 8AAAC42D AD33170D 04507A33',
    'A85521AB DF1CBA64 ECFB8504 58DBEF0A 8AEA7157 5D060C7D B3970F85 A6E1E4C7',
    'ABF5AE8C DB0933D7 1E8C94E0 4A25619D CEE3D226 1AD2EE6B F12FFA06 D98A0864',
    'D8760273 3EC86A64 521F2B18 177B200C BBE11757 7A615D6C 770988C0 BAD946E2',
    '08E24FA0 74E5AB31 43DB5BFC E0FD108E 4B82D120 A93AD2CA FFFFFFFF FFFFFFFF',
  ]
    .join('')
    .replaceAll(' ', '')}`,
)
const g = 2n
export const srpPrime = N.toString(16)

/** A client's answer to the challenge `PASSWORD_VERIFIER`. */
export interface Claim {
  readonly USERNAME: string
  readonly PASSWORD_CLAIM_SECRET_BLOCK: string
  readonly PASSWORD_CLAIM_SIGNATURE: string
  readonly TIMESTAMP: string
}

/**
 * The client's half of an SRP-6a sign-in, computed as in Amazon's client library for browsers. It shares no
 * code with the server's half, which is tested with it.
 */
export function srpClient(poolId: string, password: string) {
  const a = toNumber(randomBytes(128))
  const A = power(g, a)
  const poolName = poolId.split('_')[1] ?? ''
  return {
    SRP_A: A.toString(16),
    answer(challenge: Readonly<Record<string, string>>): Claim {
      const { USER_ID_FOR_SRP: user = '', SALT = '', SRP_B = '', SECRET_BLOCK = '' } = challenge
      const B = BigInt(`0x${SRP_B}`)
      const k = toNumber(sha256(toBytes(N), toBytes(g)))
      const u = toNumber(sha256(toBytes(A), toBytes(B)))
      const identity = sha256(Buffer.from(`${poolName}${user}:${password}`))
      const x = toNumber(sha256(toBytes(BigInt(`0x${SALT}`)), identity))
      const base = (((B - k * power(g, x)) % N) + N) % N
      const shared = power(base, a + u * x)
      const key = Buffer.from(hkdfSync('sha256', toBytes(shared), toBytes(u), 'Caldera Derived Key', 16))
      const TIMESTAMP = 'Wed Nov 25 08:00:00 UTC 2026'
      const signed = [
        Buffer.from(poolName + user),
        Buffer.from(SECRET_BLOCK, 'base64'),
        Buffer.from(TIMESTAMP),
      ]
      return {
        USERNAME: user,
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: createHmac('sha256', key).update(Buffer.concat(signed)).digest('base64'),
        TIMESTAMP,
      }
    },
  }
}

/** Big-endian with a sign bit, like Java's `BigInteger.toByteArray`. */
function toBytes(value: bigint): Buffer {
  const bits = value.toString(2).length + 1
  return Buffer.from(value.toString(16).padStart(Math.ceil(bits / 8) * 2, '0'), 'hex')
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest()
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n
  const half = power(base, exponent / 2n)
  const square = (half * half) % N
  return exponent % 2n === 0n ? square : (square * base) % N
}
