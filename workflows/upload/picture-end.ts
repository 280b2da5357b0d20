import type { PictureType } from '../../domain/upload/events.ts'

/** A position in the content; undefined at the end of the content. */
type At = number | undefined

/** The bytes of a file that is read part by part. */
interface Content {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/**
 * Whether a picture is complete: it contains the marker or the chunk that ends its format. Decoders also show a picture
 * without it, but such a file is only a part. Data after the end is allowed, because phones append data to their
 * pictures. A WebP always counts as complete, because its decoder checks that itself.
 */
export function hasItsEnd(content: Uint8Array, type: PictureType): boolean {
  const walk = walks[type]
  if (walk === undefined) return true
  const { buffer, byteOffset, byteLength } = content
  return walk({ bytes: content, view: new DataView(buffer, byteOffset, byteLength) })
}

const walks: Partial<Record<PictureType, (content: Content) => boolean>> = {
  'image/jpeg': jpegEnds,
  'image/png': pngEnds,
  'image/gif': gifEnds,
}

/**
 * Reads from marker to marker (ITU-T T.81, Annex B), up to the end of the image. A picture inside a segment is skipped.
 */
function jpegEnds({ bytes, view }: Content): boolean {
  const start = 0xd8
  const end = 0xd9
  const isAlone = (marker: number) => marker <= 0x01 || (marker >= 0xd0 && marker <= start) || marker === 0xff
  for (let at = bytes.indexOf(0xff); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1] ?? 0
    if (marker === end) return true
    if (marker === 0xff) at += 1
    else if (isAlone(marker)) at += 2
    else if (at + 3 < bytes.length) at += 2 + view.getUint16(at + 2)
    else return false
  }
  return false
}

/** Reads from chunk to chunk (PNG specification, section 5.3), up to the end of the last chunk. */
function pngEnds({ bytes, view }: Content): boolean {
  const last = 0x49454e44 // IEND
  for (let at = 8; at + 12 <= bytes.length; ) {
    if (view.getUint32(at + 4) === last) return true
    at += 12 + view.getUint32(at)
  }
  return false
}

/** Reads from block to block (GIF89a specification, Appendix A), up to the trailer. The decoder checks stray bytes. */
function gifEnds({ bytes }: Content): boolean {
  const colours = (at: number) => {
    const flags = bytes[at] ?? 0
    return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
  }
  let at: At = 13 + colours(10)
  while (at !== undefined && at < bytes.length) {
    switch (bytes[at]) {
      case 0x3b:
        return true
      case 0x21:
        at = afterSubBlocks(bytes, at + 2)
        break
      case 0x2c:
        at = afterSubBlocks(bytes, at + 11 + colours(at + 9))
        break
      default:
        at += 1
    }
  }
  return false
}

/** Returns the position after a series of sub-blocks; undefined if the content ends inside it. */
function afterSubBlocks(bytes: Uint8Array, from: number): At {
  let at = from
  for (let size = bytes[at]; size !== 0; size = bytes[at]) {
    if (size === undefined) return undefined
    at += 1 + size
  }
  return at + 1
}
