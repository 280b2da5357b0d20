import sharp from 'sharp'
import type { Answer } from '../people/person.ts'

/** A JPEG picture of this size. Every call makes a different one. */
export async function picture(width = 1600, height = 1200): Promise<Uint8Array> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const
  const create = { width, height, channels: 3, background: 'teal', noise } as const
  return sharp({ create }).jpeg().toBuffer()
}

/** Sends a file with the form from an answer to `request-upload`, as a browser does. */
export async function sendFile({ body }: Answer, content: Uint8Array): Promise<Response> {
  // The contract defines the shape of this answer.
  const { url, fields } = body['upload'] as { url: string; fields: Record<string, string> }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob([Uint8Array.from(content)]), 'file')
  return fetch(url, { method: 'POST', body: form })
}
