import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto'

/**
 * The server's half of Cognito's secure remote password sign-in: SRP-6a (RFC 5054) over the 3,072-bit group of RFC
 * 3526 with generator 2 and SHA-256. Numbers are hashed as signed big-endian bytes, which `pad` returns. All texts
 * are hex, unless a comment says otherwise.
 */
const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`)
const G = 2n
const K = number(hash(pad(N) + pad(G)))

/**
 * The stored form of a password. It can check a password but cannot sign anybody in. SRP prescribes the hash, so no
 * slower one can be used.
 */
export function passwordVerifier(poolId: string, userId: string, salt: string, password: string): string {
  const identity = Buffer.from(`${poolName(poolId)}${userId}:${password}`).toString('hex')
  return power(G, number(hash(pad(number(salt)) + hash(identity)))).toString(16)
}

/** Begins a sign-in. Returns `undefined` if `clientPublic` is not a hex number, or would fix the shared key. */
export function openExchange(poolId: string, userId: string, verifier: string, clientPublic: string) {
  if (!/^[0-9a-f]{1,1024}$/i.test(clientPublic) || number(clientPublic) % N === 0n) return undefined
  const a = number(clientPublic)
  const b = number(randomBytes(32).toString('hex'))
  const v = number(verifier)
  const serverPublic = (K * v + power(G, b)) % N
  const secretBlock = randomBytes(512)
  return {
    serverPublic: serverPublic.toString(16),
    /** Identifies the exchange until the client answers, in base64. */
    secretBlock: secretBlock.toString('base64'),
    /**
     * Returns the signature that a client with the right password sends. `timestamp` is the time in the client's own
     * text.
     */
    signature(timestamp: string): Buffer {
      const u = number(hash(pad(a) + pad(serverPublic)))
      const shared = Buffer.from(pad(power(a * power(v, u), b)), 'hex')
      const key = hkdfSync('sha256', shared, Buffer.from(pad(u), 'hex'), 'Caldera Derived Key', 16)
      const signed = [Buffer.from(poolName(poolId) + userId), secretBlock, Buffer.from(timestamp)]
      return createHmac('sha256', Buffer.from(key)).update(Buffer.concat(signed)).digest()
    },
  }
}

export type SrpExchange = NonNullable<ReturnType<typeof openExchange>>

/** Returns the part of a pool's id after the region. */
function poolName(poolId: string): string {
  return poolId.slice(poolId.indexOf('_') + 1)
}

function pad(value: bigint): string {
  const hex = value.toString(16)
  const even = hex.length % 2 === 0 ? hex : `0${hex}`
  return /^[89a-f]/.test(even) ? `00${even}` : even
}

function number(hex: string): bigint {
  return BigInt(`0x${hex}`)
}

function hash(hex: string): string {
  return createHash('sha256').update(hex, 'hex').digest('hex')
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base % N, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % N) {
    if (rest & 1n) result = (result * square) % N
  }
  return result
}
