// What is used of chevrotain, from the one file that its package carries for browsers. Its entry point is the
// same code in pieces, with 640 files of lodash-es: half a second more of every command.

import type * as Chevrotain from 'chevrotain';

const bundle = new URL('../chevrotain.min.mjs', import.meta.resolve('chevrotain'));
const library = (await import(bundle.href)) as typeof Chevrotain;

export const createToken: typeof Chevrotain.createToken = library.createToken;
export const createTokenInstance: typeof Chevrotain.createTokenInstance = library.createTokenInstance;
export const CstParser: typeof Chevrotain.CstParser = library.CstParser;
export const EOF: typeof Chevrotain.EOF = library.EOF;
export type Lexer = Chevrotain.Lexer;
export const Lexer: typeof Chevrotain.Lexer = library.Lexer;
export const tokenLabel: typeof Chevrotain.tokenLabel = library.tokenLabel;
