import { describe, expect, it } from 'vitest'
import { addElement, addElementAfter } from '../../../../infra/cli/new/edit/lists.ts'
import { type Edit, edited } from '../../../../infra/cli/new/edit/source.ts'
import {
  addCase,
  addDeclarationBefore,
  addImport,
  addNamespaceImport,
  addStateField,
  addStatement,
  addTextCases,
  addUnionMember,
} from '../../../../infra/cli/new/edit/statements.ts'

const textAfter = (text: string, edit: Edit) => edited('file.ts', text, edit).replace(/\s+/g, ' ').trim()

describe('an edit', () => {
  it.each<[name: string, before: string, edit: Edit, expected: string]>([
    ['adds to an array', 'const a = [b]', addElement('a', 'c'), 'const a = [b,c,]'],
    ['adds after a comma', 'const a = [b,]', addElement('a', 'c'), 'const a = [b,c,]'],
    [
      'ignores a comma in a comment',
      'const a = [b /* , */]',
      addElement('a', 'c'),
      'const a = [b, /* , */c,]',
    ],
    ['adds to an empty array', 'const a = []', addElement('a', 'c'), 'const a = [c,]'],
    [
      'reads through types',
      'export const a = { b: 1 } as const satisfies C',
      addElement('a', 'd: 2'),
      'export const a = { b: 1, d: 2,} as const satisfies C',
    ],
    [
      'adds to an object in an object',
      'const a = { b: { c: 1 }, c: {} }',
      addElement('a.b', 'd'),
      'const a = { b: { c: 1, d,}, c: {} }',
    ],
    ['adds to the array in a call', 'const a = f([b])', addElement('a', 'c'), 'const a = f([b,c,])'],
    ['adds to the arguments of a call', 'const a = f(b())', addElement('a', 'c()'), 'const a = f(b(),c(),)'],
    [
      'is not confused by brackets in strings',
      "const a = ['[', ']']",
      addElement('a', 'c'),
      "const a = ['[', ']',c,]",
    ],
    [
      'adds after an element',
      'const a = f([g(b), g(d)])',
      addElementAfter('a', 'b', 'g(c)'),
      'const a = f([g(b), g(c), g(d)])',
    ],
    [
      'joins an import',
      "import { a } from './x.ts'",
      addImport(['b'], './x.ts'),
      "import { a, b } from './x.ts'",
    ],
    [
      'keeps an import',
      "import { a } from './x.ts'",
      addImport(['type a'], './x.ts'),
      "import { a } from './x.ts'",
    ],
    [
      'joins no import of types',
      "import type { A } from './x.ts'",
      addImport(['b'], './x.ts'),
      "import { b } from './x.ts' import type { A } from './x.ts'",
    ],
    ['keeps a namespace', "import * as z from 'z'", addNamespaceImport('z', 'z'), "import * as z from 'z'"],
    [
      'adds a case',
      'function f() { switch (a.b) { case 1: return 1 } }',
      addCase('f', 'a.b', 'case 2: return 2'),
      'function f() { switch (a.b) { case 1: return 1 case 2: return 2 } }',
    ],
    [
      'adds a case before the default',
      'function f() { switch (a) { default: return 1 } }',
      addCase('f', 'a', 'case 2: return 2'),
      'function f() { switch (a) { case 2: return 2 default: return 1 } }',
    ],
    [
      'adds a text to other functions',
      "function e() { switch (a) {} } function f(): string { switch (a) { case 1: return '' } }",
      addTextCases('e', 'a', "case 2: return 'b'"),
      "function e() { switch (a) {} } function f(): string { switch (a) { case 1: return '' case 2: return 'b' } }",
    ],
    ['adds to a union', 'type A = B & (C | D)', addUnionMember('A', 'E'), 'type A = B & (C | D | E)'],
    [
      'adds a field',
      "type S = { s: 'none' } | { s: 'on'; b: 1 }",
      addStateField('S', 'c?: true'),
      "type S = { s: 'none' } | { s: 'on'; b: 1 c?: true }",
    ],
    [
      'adds a field to the object in an intersection',
      "type S = { s: 'none' } | (A & { s: 'on'; b: 1 })",
      addStateField('S', 'c?: true'),
      "type S = { s: 'none' } | (A & { s: 'on'; b: 1 c?: true })",
    ],
    [
      'adds a statement before the return',
      'function f() { a(); return b }',
      addStatement('f', 'c()'),
      'function f() { a(); c() return b }',
    ],
    [
      'adds a declaration before a comment',
      'const a = 1\n/** B. */\nexport const b = 2',
      addDeclarationBefore('b', 'const c = 3'),
      'const a = 1 const c = 3 /** B. */ export const b = 2',
    ],
  ])('%s', (_, before, edit, expected) => {
    expect(textAfter(before, edit)).toBe(expected)
  })

  it.each<[name: string, before: string, edit: Edit, reason: string]>([
    [
      'a list',
      'const b = []',
      addElement('a', 'c'),
      'file.ts has no list a: restore it, or make this change by hand.',
    ],
    ['a key once', 'const a = { b: 1 }', addElement('a', 'b: 2'), 'file.ts already has b in a'],
    ['a neighbour', 'const a = [c]', addElementAfter('a', 'b', 'd'), 'file.ts has no b in the list a'],
    ['a switch', 'function f() {}', addCase('f', 'a.b', 'case 1:'), 'file.ts has no switch (a.b) in f'],
    ['a union', 'type A = B', addUnionMember('A', 'C'), 'file.ts has no union type A'],
    [
      'one state',
      'type S = { s: 1; b: 1 } | { s: 2; b: 2 }',
      addStateField('S', 'c'),
      'file.ts has no type S with one state',
    ],
    ['a function', 'const a = 1', addStatement('f', 'c()'), 'file.ts has no function f'],
    ['a declaration', 'const a = 1', addDeclarationBefore('b', 'c'), 'file.ts has no declaration of b'],
    ['a source without an error', 'const a = [', addElement('a', 'b'), 'file.ts cannot be parsed'],
  ])('needs %s', (_, before, edit, reason) => {
    expect(() => textAfter(before, edit)).toThrow(reason)
  })
})
