import sharp from 'sharp'
import type { Answer } from '../people/person.ts'

/** A picture of these pixels, as a JPEG that no other call makes. */
export async function picture(width = 1600, height = 1200): Promise<Uint8Array> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const create = { width, height, channels: 3, background: 'teal', noise } as const
  return sharp({ create }).jpeg().toBuffer()
}

/** Sends a file by the form of an answer to `request-upload`, as a browser does. */
export async function sendFile({ body }: Answer, content: Uint8Array): Promise<Response> {
  // The contract's form of this answer.
  const { url, fields } = body['upload'] as { url: string; fields: Record<string, string> }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([Uint8Array.from(content)]), 'file')
  return fetch(url, { method: 'POST', body: form })
}
