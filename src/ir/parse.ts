// Reads the text that src/ir/print.ts writes: parse(print(g)) equals g, spans aside.

import { fail } from '../base/diagnostic.ts';
import type { Source, Span } from '../base/span.ts';
import type { Shape } from '../base/tensor.ts';
import { irDiagnostics } from './diagnostics.ts';
import type { AttrValue, Graph, Node, StatePair, Value } from './graph.ts';
import { valueKey } from './graph.ts';
import { scanGraph } from './graph-scanner.ts';
import type { GraphScanner } from './graph-scanner.ts';

/** Past these, text is refused: a hostile file must not exhaust the machine. */
const caps = { characters: 2 ** 26, nodes: 2 ** 20, rank: 16, items: 2 ** 24 } as const;

/** @throws DiagnosticError at the first fault; the shapes are not checked here (verifyGraph does). */
export function parseGraph(source: Source): Graph {
  limit('characters of graph text', source.text.length, caps.characters);
  const scanner = scanGraph(source);
  scanner.expect('graph');
  const name = parseString(scanner);
  scanner.expect('batch');
  const samples = parseInteger(scanner);
  scanner.expect('shards');
  const shards = parseInteger(scanner);
  scanner.expect('{');

  const nodes: Node[] = [];
  const ids = new Set<number>();
  const known = new Set<string>();
  while (scanner.peek().kind === 'value') {
    const place = scanner.peek().span;
    const node = parseNode(scanner, known);
    if (ids.has(node.id)) fail(irDiagnostics['duplicate-node']({ span: place, args: [`%${node.id}`] }));
    ids.add(node.id);
    for (const result of node.results.keys()) known.add(valueKey({ node: node.id, result }));
    nodes.push(node);
    limit('nodes', nodes.length, caps.nodes, place);
  }
  const outputs: { name: string; value: Value }[] = [];
  while (scanner.accept('output')) {
    const outputName = parseString(scanner);
    scanner.expect('=');
    outputs.push({ name: outputName, value: parseValue(scanner, known) });
  }
  const state: StatePair[] = [];
  while (scanner.accept('state')) {
    const input = parseValue(scanner, known);
    scanner.expect('<-');
    state.push({ input, output: parseValue(scanner, known) });
  }
  scanner.expect('}');
  scanner.take('end', 'the end of the text');
  return { name, batch: { samples, shards }, nodes, outputs, state };
}

function parseNode(scanner: GraphScanner, known: ReadonlySet<string>): Node {
  const head = scanner.take('value', 'a node');
  if (head.text.includes('.')) fail(irDiagnostics.syntax({ span: head.span, args: [head.text, 'the id of a node'] }));
  scanner.expect('=');
  const op = scanner.take('word', 'the name of an op').text;
  const inputs = scanner.accept('(') ? parseSequence(scanner, ')', () => parseValue(scanner, known)) : [];
  const attrs = parseAttrs(scanner);
  const layer = scanner.peek().kind === 'string' ? parseString(scanner) : undefined;
  scanner.expect(':');
  const results = [parseShape(scanner)];
  while (scanner.accept(',')) results.push(parseShape(scanner));
  return { id: Number(head.text.slice(1)), op, attrs, inputs, results, ...(layer !== undefined && { layer }) };
}

function parseAttrs(scanner: GraphScanner): Node['attrs'] {
  if (!scanner.accept('{')) return {};
  const attrs = new Map<string, AttrValue>();
  parseSequence(scanner, '}', () => {
    const name = scanner.take('word', 'the name of an attribute');
    if (attrs.has(name.text)) fail(irDiagnostics['duplicate-attribute']({ span: name.span, args: [name.text] }));
    scanner.expect(':');
    attrs.set(name.text, parseAttr(scanner));
  });
  return Object.fromEntries(attrs);
}

function parseAttr(scanner: GraphScanner): AttrValue {
  if (scanner.peek().kind === 'string') return parseString(scanner);
  if (scanner.accept('true')) return true;
  if (scanner.accept('false')) return false;
  if (!scanner.accept('[')) return parseNumber(scanner);
  // A list holds numbers or lists of numbers; the first item decides which.
  if (!scanner.accept('[')) return parseSequence(scanner, ']', () => parseNumber(scanner));
  const lists = [parseSequence(scanner, ']', () => parseNumber(scanner))];
  if (scanner.accept(']')) return lists;
  scanner.expect(',');
  const rest = parseSequence(scanner, ']', () => {
    scanner.expect('[');
    return parseSequence(scanner, ']', () => parseNumber(scanner));
  });
  return [...lists, ...rest];
}

/** Items up to the closing punctuation, parted by commas. */
function parseSequence<T>(scanner: GraphScanner, close: string, item: () => T): T[] {
  const items: T[] = [];
  if (scanner.accept(close)) return items;
  do {
    items.push(item());
    limit('items of a list', items.length, caps.items, scanner.peek().span);
  } while (scanner.accept(','));
  scanner.expect(close);
  return items;
}

function parseShape(scanner: GraphScanner): Shape {
  scanner.expect('[');
  const shape = parseSequence(scanner, ']', () => parseInteger(scanner));
  limit('rank of a shape', shape.length, caps.rank, scanner.peek().span);
  return shape;
}

/** `%3`, or `%3.1` for one result of several. */
function parseValue(scanner: GraphScanner, known: ReadonlySet<string>): Value {
  const token = scanner.take('value', 'a value such as %3');
  const [node = 0, result = 0] = token.text.slice(1).split('.').map(Number);
  const value = { node, result };
  if (!known.has(valueKey(value))) fail(irDiagnostics['unknown-value']({ span: token.span, args: [token.text] }));
  return value;
}

function parseString(scanner: GraphScanner): string {
  const token = scanner.take('string', 'a quoted string');
  try {
    return JSON.parse(token.text) as string;
  } catch {
    return fail(irDiagnostics.syntax({ span: token.span, args: [token.text, 'a string as in JSON'] }));
  }
}

function parseNumber(scanner: GraphScanner): number {
  return Number(scanner.take('number', 'a number').text);
}

/** From 0. */
function parseInteger(scanner: GraphScanner): number {
  const span = scanner.peek().span;
  const value = parseNumber(scanner);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  return fail(irDiagnostics.syntax({ span, args: [String(value), 'an integer from 0'] }));
}

function limit(what: string, found: number, most: number, span?: Span): void {
  if (found > most) fail(irDiagnostics['too-large']({ span, args: [what, found, most] }));
}
