import { describe, expect, test } from 'vitest'
import { compilePattern, matches } from '../../../../../infra/local/services/eventbridge/pattern.ts'

const event = {
  version: '0',
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  time: '2017-10-02T16:24:49Z',
  resources: [
    'arn:aws:ec2:us-east-1:123456789012:instance/i-0',
    'arn:aws:ec2:us-east-1:123456789012:volume/v-1',
  ],
  detail: {
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    'source-ip6': '2001:db8::7',
    state: 'running',
    fileName: 'dir/picture.PNG',
    star: 'a*b\\c',
    lines: 'one\ntwo',
    empty: '',
    nothing: null,
    yes: true,
    list: [],
    tags: ['red', 'green'],
    matrix: [[1, 2], [3]],
    nested: { deep: { value: 'x' } },
    people: [
      { first: 'Ann', last: 'Bee', age: 30 },
      { first: 'Cid', last: 'Dee' },
    ],
  },
}

const detail = (fields: object) => ({ detail: fields })
type Case = [title: string, pattern: object, matches: boolean]

const cases: Case[] = [
  // Values
  ['a text that is equal', { source: ['aws.ec2'] }, true],
  ['a text that differs in case', { source: ['AWS.EC2'] }, false],
  ['a text that merely has that beginning', { source: ['aws.'] }, false],
  ['one text of several', detail({ state: ['initializing', 'running'] }), true],
  ['none of several texts', detail({ state: ['initializing', 'stopped'] }), false],
  ['an empty text', detail({ empty: [''] }), true],
  ['an empty text for a missing field', detail({ missing: [''] }), false],
  ['an empty text for null', detail({ nothing: [''] }), false],
  ['null', detail({ nothing: [null] }), true],
  ['null for a missing field', detail({ missing: [null] }), false],
  ['null for a text', detail({ empty: [null] }), false],
  ['true', detail({ yes: [true] }), true],
  ['false for true', detail({ yes: [false] }), false],
  ['a text for true', detail({ yes: ['true'] }), false],
  ['a number', detail({ 'c-count': [5] }), true],
  ['a number in another notation', detail({ 'x-limit': [3.018e2] }), true],
  ['a text for a number', detail({ 'c-count': ['5'] }), false],
  ['a number for a text', { version: [0] }, false],
  // Fields
  ['all fields', { source: ['aws.ec2'], detail: { state: ['running'] } }, true],
  [
    'one field that does not match among several',
    { source: ['aws.s3'], detail: { state: ['running'] } },
    false,
  ],
  ['a deeply nested field', detail({ nested: { deep: { value: ['x'] } } }), true],
  ['a field below a missing one', detail({ gone: { deep: { value: ['x'] } } }), false],
  ['a field below a text', detail({ state: { deep: ['x'] } }), false],
  ['a value for an object', detail({ nested: ['x'] }), false],
  // Arrays
  ['an element of an array', { resources: ['arn:aws:ec2:us-east-1:123456789012:volume/v-1'] }, true],
  ['no element of an array', { resources: ['arn:aws:ec2:us-east-1:123456789012:volume/v-2'] }, false],
  ['nothing in an empty array', detail({ list: ['x'] }), false],
  ['an element of an array in an array', detail({ matrix: [3] }), true],
  ['fields within one object of an array', detail({ people: { first: ['Ann'], last: ['Bee'] } }), true],
  ['fields across the objects of an array', detail({ people: { first: ['Ann'], last: ['Dee'] } }), false],
  ['a prefix of an element', detail({ tags: [{ prefix: 'gr' }] }), true],
  ['anything but one element of several', detail({ tags: [{ 'anything-but': 'red' }] }), true],
  ['anything but all elements', detail({ tags: [{ 'anything-but': ['red', 'green'] }] }), false],
  // Prefix and suffix
  ['a prefix', { time: [{ prefix: '2017-10-02' }] }, true],
  ['another prefix', { time: [{ prefix: '2017-10-03' }] }, false],
  ['a prefix of a number', detail({ 'c-count': [{ prefix: '5' }] }), false],
  ['a prefix of a missing field', detail({ missing: [{ prefix: '' }] }), false],
  ['a prefix in another case', { source: [{ prefix: 'AWS' }] }, false],
  ['a prefix, ignoring case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
  ['another prefix, ignoring case', { source: [{ prefix: { 'equals-ignore-case': 'EC2' } }] }, false],
  ['a suffix', detail({ fileName: [{ suffix: '.PNG' }] }), true],
  ['a suffix in another case', detail({ fileName: [{ suffix: '.png' }] }), false],
  ['a suffix, ignoring case', detail({ fileName: [{ suffix: { 'equals-ignore-case': '.png' } }] }), true],
  [
    'another suffix, ignoring case',
    detail({ fileName: [{ suffix: { 'equals-ignore-case': '.jpg' } }] }),
    false,
  ],
  ['a text, ignoring case', detail({ state: [{ 'equals-ignore-case': 'RUNNING' }] }), true],
  ['another text, ignoring case', detail({ state: [{ 'equals-ignore-case': 'RUN' }] }), false],
  // Wildcards
  ['a wildcard in the middle', detail({ fileName: [{ wildcard: 'dir/*.PNG' }] }), true],
  ['a wildcard for an empty part', detail({ state: [{ wildcard: 'running*' }] }), true],
  ['several wildcards', detail({ fileName: [{ wildcard: '*pic*.P*' }] }), true],
  ['a wildcard with unmatched text after it', detail({ fileName: [{ wildcard: '*picture' }] }), false],
  ['a wildcard across lines', detail({ lines: [{ wildcard: 'one*two' }] }), true],
  ['an escaped star and backslash', detail({ star: [{ wildcard: 'a\\*b\\\\c' }] }), true],
  ['an escaped star for another character', detail({ state: [{ wildcard: 'r\\*nning' }] }), false],
  ['a dot as a literal dot', { source: [{ wildcard: 'aws?ec*' }] }, false],
  ['a wildcard for a number', detail({ 'c-count': [{ wildcard: '*' }] }), false],
  // Anything but
  ['anything but another text', detail({ state: [{ 'anything-but': 'initializing' }] }), true],
  ['anything but this text', detail({ state: [{ 'anything-but': 'running' }] }), false],
  ['anything but other texts', detail({ state: [{ 'anything-but': ['stopped', 'overloaded'] }] }), true],
  [
    'anything but texts including this one',
    detail({ state: [{ 'anything-but': ['stopped', 'running'] }] }),
    false,
  ],
  ['anything but another number', detail({ 'x-limit': [{ 'anything-but': 123 }] }), true],
  ['anything but this number', detail({ 'x-limit': [{ 'anything-but': [100, 301.8] }] }), false],
  ['anything but a text, for a number', detail({ 'c-count': [{ 'anything-but': '5' }] }), true],
  ['anything but a text, for a missing field', detail({ missing: [{ 'anything-but': 'x' }] }), false],
  ['anything but another prefix', detail({ state: [{ 'anything-but': { prefix: 'init' } }] }), true],
  ['anything but this prefix', detail({ state: [{ 'anything-but': { prefix: 'run' } }] }), false],
  [
    'anything but prefixes including this one',
    detail({ state: [{ 'anything-but': { prefix: ['x', 'run'] } }] }),
    false,
  ],
  ['anything but another suffix', detail({ state: [{ 'anything-but': { suffix: '.png' } }] }), true],
  ['anything but this suffix', detail({ state: [{ 'anything-but': { suffix: 'ing' } }] }), false],
  [
    'anything but this suffix, for a number',
    detail({ 'c-count': [{ 'anything-but': { suffix: '5' } }] }),
    true,
  ],
  [
    'anything but this text, ignoring case',
    detail({ state: [{ 'anything-but': { 'equals-ignore-case': 'RUNNING' } }] }),
    false,
  ],
  [
    'anything but other texts, ignoring case',
    detail({ state: [{ 'anything-but': { 'equals-ignore-case': ['STOPPED', 'X'] } }] }),
    true,
  ],
  ['anything but this wildcard', detail({ fileName: [{ 'anything-but': { wildcard: '*/pic*' } }] }), false],
  [
    'anything but other wildcards',
    detail({ fileName: [{ 'anything-but': { wildcard: ['*/x*', '*y'] } }] }),
    true,
  ],
  // Numbers
  ['a number within a range', detail({ 'c-count': [{ numeric: ['>', 0, '<=', 5] }] }), true],
  ['a number outside a range', detail({ 'c-count': [{ numeric: ['>', 0, '<', 5] }] }), false],
  ['a smaller number', detail({ 'd-count': [{ numeric: ['<', 10] }] }), true],
  ['a number that is not smaller', detail({ 'd-count': [{ numeric: ['<', 3] }] }), false],
  ['a number at or above a bound', detail({ 'd-count': [{ numeric: ['>=', 3] }] }), true],
  ['an equal number', detail({ 'x-limit': [{ numeric: ['=', 3.018e2] }] }), true],
  ['a number in a text', { version: [{ numeric: ['=', 0] }] }, false],
  // Addresses
  ['an address in a block', detail({ 'source-ip': [{ cidr: '10.0.0.0/24' }] }), true],
  ['an address outside a block', detail({ 'source-ip': [{ cidr: '10.0.1.0/24' }] }), false],
  ['an IPv6 address in a block', detail({ 'source-ip6': [{ cidr: '2001:db8::/32' }] }), true],
  ['an address of the other IP version', detail({ 'source-ip': [{ cidr: '2001:db8::/32' }] }), false],
  ['a text that is not an address', detail({ state: [{ cidr: '0.0.0.0/0' }] }), false],
  // Existence
  ['an existing field', detail({ 'c-count': [{ exists: true }] }), true],
  ['an existing field with null', detail({ nothing: [{ exists: true }] }), true],
  ['a missing field', detail({ missing: [{ exists: true }] }), false],
  ['an object, which is not a leaf', detail({ nested: [{ exists: true }] }), false],
  ['an empty array, which contains no leaf', detail({ list: [{ exists: true }] }), false],
  ['the absence of a field', detail({ missing: [{ exists: false }] }), true],
  ['the absence of an existing field', detail({ 'c-count': [{ exists: false }] }), false],
  ['the absence of a leaf, for an object', detail({ nested: [{ exists: false }] }), true],
  ['the absence of a field below a missing one', { gone: { deep: [{ exists: false }] } }, true],
  ['the absence in one object of an array only', detail({ people: { age: [{ exists: false }] } }), false],
  ['the absence in all objects of an array', detail({ people: { shoe: [{ exists: false }] } }), true],
  ['absence or a value', detail({ missing: [{ exists: false }, 'x'] }), true],
  // Alternatives
  ['one alternative', { $or: [{ source: ['aws.s3'] }, { version: ['0'] }] }, true],
  ['no alternative', { $or: [{ source: ['aws.s3'] }, { version: ['1'] }] }, false],
  ['an alternative and a field', { source: ['aws.s3'], $or: [{ version: ['0'] }, { time: ['x'] }] }, false],
  ['an alternative of two fields', { $or: [{ version: ['0'], source: ['x'] }, { time: ['x'] }] }, false],
  [
    'a deeply nested alternative',
    detail({ $or: [{ 'c-count': [{ numeric: ['>', 9] }] }, { 'd-count': [3] }] }),
    true,
  ],
  [
    'alternatives within alternatives',
    { $or: [{ $or: [{ version: ['1'] }, { version: ['0'] }] }, { time: ['x'] }] },
    true,
  ],
]

describe('A pattern of', () => {
  test.each(cases)('%s', (_, pattern, expected) => {
    expect(matches(pattern, event)).toBe(expected)
  })
})

describe('A filter of a stream', () => {
  const record = {
    eventName: 'INSERT',
    dynamodb: { Keys: { sk: { N: '7' } }, NewImage: { kind: { S: 'commit' } } },
  }

  test('compares a number of an item as text, because images store it as text', () => {
    expect(matches({ dynamodb: { Keys: { sk: { N: ['7'] } } } }, record)).toBe(true)
    expect(matches({ dynamodb: { Keys: { sk: { N: [{ numeric: ['>', 1] }] } } } }, record)).toBe(false)
  })

  test('may require that an image is missing', () => {
    expect(matches({ dynamodb: { OldImage: { kind: { S: [{ exists: false }] } } } }, record)).toBe(true)
  })
})

describe('A pattern is refused when', () => {
  test.each<[string, unknown, string]>([
    ['it is not an object', ['x'], '$'],
    ['it is empty', {}, '$'],
    ['an object in it is empty', { detail: {} }, '$.detail'],
    ['a field has a value without an array', { detail: { state: 'running' } }, '$.detail.state'],
    ['a field has no alternative', { source: [] }, '$.source'],
    ['an array contains an array', { source: [['x']] }, '$.source[0]'],
    ['an operator is unknown', { source: ['x', { contains: 'x' }] }, '$.source[1]'],
    ['an operator has the name of a method', { source: [{ toString: 'x' }] }, '$.source[0]'],
    ['a condition has two operators', { source: [{ prefix: 'x', suffix: 'y' }] }, '$.source[0]'],
    ['a prefix is not a text', { source: [{ prefix: 5 }] }, '$.source[0]'],
    ['a prefix contains another operator', { source: [{ prefix: { wildcard: 'x' } }] }, '$.source[0]'],
    ['exists is not a boolean', { source: [{ exists: 'true' }] }, '$.source[0]'],
    ['anything-but is empty', { source: [{ 'anything-but': [] }] }, '$.source[0]'],
    ['anything-but mixes texts and numbers', { source: [{ 'anything-but': ['x', 1] }] }, '$.source[0]'],
    ['anything-but is null', { source: [{ 'anything-but': null }] }, '$.source[0]'],
    [
      'anything-but has an unknown operator',
      { source: [{ 'anything-but': { numeric: '5' } }] },
      '$.source[0]',
    ],
    ['a comparison is unknown', { n: [{ numeric: ['!=', 5] }] }, '$.n[0]'],
    ['a comparison has a text', { n: [{ numeric: ['>', '5'] }] }, '$.n[0]'],
    ['the lower bound of a range exceeds the upper', { n: [{ numeric: ['>', 5, '<', 1] }] }, '$.n[0]'],
    ['a range has two lower bounds', { n: [{ numeric: ['>', 1, '>', 5] }] }, '$.n[0]'],
    ['a number is too large', { n: [{ numeric: ['<', 5_000_000_001] }] }, '$.n[0]'],
    ['a block has too many bits', { ip: [{ cidr: '10.0.0.0/33' }] }, '$.ip[0]'],
    ['a block is invalid', { ip: [{ cidr: '10.0.0.0' }] }, '$.ip[0]'],
    ['two stars are adjacent', { source: [{ wildcard: 'a**b' }] }, '$.source[0]'],
    ['a backslash escapes a letter', { source: [{ wildcard: 'a\\b' }] }, '$.source[0]'],
    ['there is only one alternative', { $or: [{ source: ['x'] }] }, '$.$or'],
    ['an alternative is not an object', { $or: [{ source: ['x'] }, 'y'] }, '$.$or[1]'],
  ])('%s', (_, pattern, place) => {
    expect(() => compilePattern(pattern)).toThrow(`Event pattern is not valid at ${place}:`)
  })
})
