// What a form post carries, as nested plain data: `spot.text`, `rows.0.name`. Reads urlencoded and multipart bodies alike; the
// token against forged requests is checked here, before any file is taken.

import type { FastifyRequest } from 'fastify';
import '@fastify/multipart';
import type { FileView } from './pages/model.ts';
import type { Upload } from './backend.ts';
import { refuse } from './refusals.ts';

export type Body = {
  /** Nested by the dots of the names. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Files that came with the post and were taken in, by the name of their field. */
  readonly files: Readonly<Record<string, readonly FileView[]>>;
};

const partsMax = 2_000;
const depthMax = 5;

type Node = { [key: string]: unknown };

function emptyNode(): Node {
  // No prototype: a field named __proto__ is a name like any other.
  const node: Node = Object.create(null);
  return node;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(root: Node, name: string, value: string): void {
  const keys = name.split('.');
  const last = keys.pop();
  if (last === undefined || keys.length > depthMax) return;
  let node = root;
  for (const key of keys) {
    const inner = node[key];
    const next = isNode(inner) ? inner : emptyNode();
    node[key] = next;
    node = next;
  }
  const before = node[last];
  if (before === undefined || isNode(before)) node[last] = value;
  else node[last] = Array.isArray(before) ? [...before, value] : [before, value];
}

export function nest(entries: Iterable<readonly [string, string]>): Readonly<Record<string, unknown>> {
  const root = emptyNode();
  let count = 0;
  for (const [name, value] of entries) {
    count += 1;
    if (count > partsMax) throw refuse('worker.form_too_large');
    put(root, name, value);
  }
  return root;
}

function* flat(body: unknown): Iterable<readonly [string, string]> {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    const all: unknown[] = Array.isArray(value) ? value : [value];
    for (const one of all) if (typeof one === 'string') yield [name, one];
  }
}

export type Reading = {
  /** Throws when the token is not the visitor's. */
  readonly checkToken: (token: unknown) => void;
  readonly upload: (file: Upload) => Promise<FileView>;
  /** Fewer than the server's limit, where a post brings one. */
  readonly filesMax?: number;
};

/** A file field is named after its answer: `photos.upload` belongs to `photos`. */
function ownerOf(fieldname: string): string {
  return fieldname.replace(/\.upload$/, '');
}

async function readMultipart(request: FastifyRequest, reading: Reading): Promise<Body> {
  const entries: [string, string][] = [];
  const files: Record<string, FileView[]> = {};
  let checked = false;
  for await (const part of request.parts(
    reading.filesMax === undefined ? {} : { limits: { files: reading.filesMax } },
  )) {
    if (part.type === 'field') {
      if (typeof part.value === 'string') entries.push([part.fieldname, part.value]);
      if (part.fieldname === 'csrf') {
        reading.checkToken(part.value);
        checked = true;
      }
      continue;
    }
    if (!checked) throw refuse('worker.page_expired');
    const bytes = await part.toBuffer();
    // An input left empty still posts a nameless file of no bytes.
    if (part.filename === '' && bytes.length === 0) continue;
    const owner = ownerOf(part.fieldname);
    const file = await reading.upload({ name: part.filename, mediaType: part.mimetype, bytes });
    (files[owner] ??= []).push(file);
  }
  if (!checked) throw refuse('worker.page_expired');
  return { values: nest(entries), files };
}

export async function readBody(request: FastifyRequest, reading: Reading): Promise<Body> {
  if (request.isMultipart()) return readMultipart(request, reading);
  const values = nest(flat(request.body));
  reading.checkToken(values['csrf']);
  return { values, files: {} };
}

export function textIn(values: Readonly<Record<string, unknown>>, name: string): string {
  const value = values[name];
  if (typeof value === 'string') return value;
  const last: unknown = Array.isArray(value) ? value[value.length - 1] : '';
  return typeof last === 'string' ? last : '';
}
