import fc from 'fast-check'

/** Characters that are dangerous or unusual: controls, direction marks, invisible ones, and halves of surrogate pairs. */
const unusual = [
  ...'\u0000\u0007\t\n\r\u001f\u007f\u0085\u009f',
  ...'\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069',
  ...'\u00a0\u00ad\u034f\u115f\u180e\u200b\u200c\u200d\u2028\u2029\u2060\u2800\u3164\ufe0f\ufeff\ufff9\ufffd\uffff',
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
  '\u{e0041}',
  '\u{10ffff}',
  '\u{1f469}\u200d\u{1f680}',
  ...'"\\/~,;@#%?&=+ .-_',
]

const character = fc.oneof(
  fc.constantFrom(...unusual),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  fc.constantFrom(...'abcXYZ019'),
)

/** Maximum bytes of a text. */
const maxBytes = 5000

/** Text of all planes, well-formed or not, of 0 to 5,000 bytes. */
export const untrustedText = fc
  .tuple(fc.array(character, { maxLength: 12 }), fc.constantFrom(1, 1, 1, 2, 10, 70, 400, 2000))
  .map(([characters, times]) => cut(characters.join('').repeat(times)))

function cut(text: string): string {
  let shorter = text.slice(0, maxBytes)
  while (Buffer.byteLength(shorter) > maxBytes) shorter = shorter.slice(0, -100)
  return shorter
}

/** Bytes that are not UTF-8. */
export const notUtf8 = fc.constantFrom(
  [0xff],
  [0xc3],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x92],
  [0xf4, 0x90, 0x80, 0x80],
  [0x80],
  [0xe9, 0x74, 0xe9],
)
