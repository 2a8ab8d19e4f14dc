// An S3-compatible store on loopback: PUT, GET, HEAD, DELETE of an object and ListObjectsV2, with Signature Version 4 checked. It can be
// slow, fail, hang, keep half, and give back other bytes than it took.
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  createFaultBox,
  seededStream,
  startSimServer,
  type Faults,
  type FaultsPatch,
  type SimAnswer,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { sigV4 } from './sigv4.ts';

export type S3Lie = {
  /** Gives back other bytes than it was given. */
  readonly rotRate: number;
  /** Says that it took it, and did not. */
  readonly loseRate: number;
};

export type S3SimulatorOptions = SimulatorOptions<S3Lie> & {
  readonly keyId: string;
  readonly secret: string;
  readonly bucket: string;
  readonly region: string;
};

export type S3Simulator = {
  readonly url: string;
  setFaults(patch: FaultsPatch<S3Lie>): void;
  faults(): Faults<S3Lie>;
  objects(): ReadonlyMap<string, Buffer>;
  close(): Promise<void>;
};

const SKEW_MS_MAX = 15 * 60_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

function xml(status: number, body: string): SimAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}

const refuse = (status: number, code: string): SimAnswer => xml(status, `<Error><Code>${code}</Code></Error>`);

function instantOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function objection(options: S3SimulatorOptions, request: SimRequest): SimAnswer | undefined {
  const text = (name: string): string => String(request.headers[name] ?? '');
  const [, keyId, day, region, names = '', signature = ''] = AUTHORIZATION.exec(text('authorization')) ?? [];
  if (keyId !== options.keyId) return refuse(403, 'InvalidAccessKeyId');
  const date = text('x-amz-date');
  // The store keeps real time: a client library does not know the demonstration's clock.
  if (!(Math.abs(instantOf(date) - Date.now()) <= SKEW_MS_MAX)) return refuse(403, 'RequestTimeTooSkewed');
  const signedHeaders = names.split(';');
  const bodyHash = text('x-amz-content-sha256');
  const expected = sigV4(
    {
      method: request.method,
      path: request.path,
      query: request.query,
      headers: Object.fromEntries(signedHeaders.map((name) => [name, text(name)])),
      signedHeaders,
      bodyHash,
      date,
      region: options.region,
      service: 's3',
    },
    options.secret,
  );
  const covered = ['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => signedHeaders.includes(name));
  const genuine = covered && region === options.region && day === date.slice(0, 8);
  if (!genuine || !timingSafeEqual(Buffer.from(signature), Buffer.from(expected)))
    return refuse(403, 'SignatureDoesNotMatch');
  if (bodyHash !== 'UNSIGNED-PAYLOAD' && bodyHash !== createHash('sha256').update(request.body).digest('hex'))
    return refuse(400, 'XAmzContentSHA256Mismatch');
  return undefined;
}

export async function startS3Simulator(options: S3SimulatorOptions): Promise<S3Simulator> {
  const box = createFaultBox<S3Lie>({ rotRate: 0, loseRate: 0 }, options.faults);
  const random = seededStream(options.seed ?? 6);
  const objects = new Map<string, Buffer>();
  const times = new Map<string, Date>();

  function list(query: URLSearchParams): SimAnswer {
    const after = query.get('start-after') ?? '';
    const max = Math.min(1_000, Number(query.get('max-keys') ?? 1_000));
    const keys = [...objects.keys()].filter((key) => key > after).toSorted();
    const contents = keys.slice(0, max).map((key) => {
      const at = (times.get(key) ?? new Date()).toISOString();
      return `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><Size>${objects.get(key)?.length}</Size></Contents>`;
    });
    const truncated = keys.length > max;
    return xml(200, `<ListBucketResult><IsTruncated>${truncated}</IsTruncated>${contents.join('')}</ListBucketResult>`);
  }

  function put(key: string, request: SimRequest): SimAnswer {
    const checksum = request.headers['x-amz-checksum-sha256'];
    const actual = createHash('sha256').update(request.body).digest('base64');
    if (checksum !== undefined && checksum !== actual) return refuse(400, 'BadDigest');
    if (random() >= box.get().lie.loseRate) {
      objects.set(key, request.body);
      times.set(key, options.now());
    }
    return { status: 200, headers: { etag: `"${createHash('md5').update(request.body).digest('hex')}"` } };
  }

  function get(key: string, head: boolean): SimAnswer {
    const found = objects.get(key);
    if (!found) return head ? { status: 404 } : refuse(404, 'NoSuchKey');
    const body = random() < box.get().lie.rotRate ? Buffer.from(found.map((byte) => byte ^ 1)) : found;
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(body.length) };
    return head ? { status: 200, headers } : { status: 200, headers, body };
  }

  function handle(request: SimRequest): SimAnswer {
    const refused = objection(options, request);
    if (refused) return refused;
    const [, bucket = '', key = ''] = /^\/([^/]+)\/?(.*)$/.exec(request.path) ?? [];
    if (bucket !== options.bucket) return refuse(404, 'NoSuchBucket');
    if (key === '' && request.method === 'GET') return list(request.query);
    if (request.method === 'PUT') return put(key, request);
    if (request.method === 'GET' || request.method === 'HEAD') return get(key, request.method === 'HEAD');
    if (request.method === 'DELETE') {
      objects.delete(key);
      return { status: 204 };
    }
    return refuse(405, 'MethodNotAllowed');
  }
  const server = await startSimServer({ port: options.port, faults: box.get, random, handle });
  return {
    url: server.url,
    setFaults: box.patch,
    faults: box.get,
    objects: () => objects,
    close: server.close,
  };
}
