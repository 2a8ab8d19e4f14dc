// Ciphertexts in any S3-compatible store. The store checks the SHA-256 of what it takes, which is the address itself; what it gives
// back is checked by the reader. Twenty megabytes at most, so never in parts.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { BreakerOpen, createBreaker, type Breaker } from '#platform/breaker';
import { BLOB_ADDRESS, OutcomeUnknown, type BlobEntry, type Blobs } from './port.ts';

const PARTY = 'files-store';

export type S3Config = {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly keyId: string;
  readonly secret: string;
  readonly timeoutMs: number;
  /** `bucket.host/key` instead of `host/bucket/key`, as some clouds want it. */
  readonly virtualHost?: boolean;
  readonly breaker?: Breaker;
};

export type S3Blobs = Blobs & { close(): void };

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket';
}

function unknownOutcome(operation: string, error: unknown): OutcomeUnknown {
  if (error instanceof BreakerOpen) return new OutcomeUnknown(PARTY, operation, 'breaker_open');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // The library calls a connection that was cut a timeout too.
  const cut = code === 'ECONNRESET' || code === 'EPIPE';
  const slow = error instanceof Error && !cut && /timeout|abort/i.test(error.name);
  // An answer that is no XML comes as an error of the parser with the response beside it.
  const answered = error instanceof Error && !cut && !slow && ('$response' in error || '$fault' in error);
  if (answered) return new OutcomeUnknown(PARTY, operation, 'server_error', { cause: error });
  return new OutcomeUnknown(PARTY, operation, slow ? 'timeout' : 'network', { cause: error });
}

export function createS3Blobs(config: S3Config): S3Blobs {
  const breaker = config.breaker ?? createBreaker({ isFailure: (error) => !isMissing(error) });
  const client = new S3Client({
    endpoint: config.endpoint,
    region: config.region,
    credentials: { accessKeyId: config.keyId, secretAccessKey: config.secret },
    forcePathStyle: config.virtualHost !== true,
    // The breaker and the callers decide about trying again.
    maxAttempts: 1,
    // Newer checksums that not every compatible store knows; ours is given explicitly.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  async function ask<T>(operation: string, work: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await breaker.run(() => work({ abortSignal: AbortSignal.timeout(config.timeoutMs) }));
    } catch (error) {
      if (isMissing(error)) throw error;
      throw unknownOutcome(operation, error);
    }
  }

  async function orMissing<T, Missing>(missing: Missing, work: () => Promise<T>): Promise<T | Missing> {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) return missing;
      throw error;
    }
  }

  const { bucket: Bucket } = config;
  return {
    async put(address, bytes) {
      const ChecksumSHA256 = Buffer.from(address, 'hex').toString('base64');
      const command = new PutObjectCommand({
        Bucket,
        Key: address,
        Body: bytes,
        ContentType: 'application/octet-stream',
        ChecksumSHA256,
      });
      await ask('put', (options) => client.send(command, options));
    },
    get: (address) =>
      orMissing(null, () =>
        ask('get', async (options) => {
          const found = await client.send(new GetObjectCommand({ Bucket, Key: address }), options);
          return Buffer.from((await found.Body?.transformToByteArray()) ?? []);
        }),
      ),
    has: (address) =>
      orMissing(false, () =>
        ask('has', async (options) => {
          await client.send(new HeadObjectCommand({ Bucket, Key: address }), options);
          return true;
        }),
      ),
    async remove(address) {
      const command = new DeleteObjectCommand({ Bucket, Key: address });
      await orMissing(undefined, () => ask('remove', (options) => client.send(command, options)));
    },
    async list(after, limit) {
      const command = new ListObjectsV2Command({
        Bucket,
        MaxKeys: Math.min(1_000, limit),
        ...(after === null ? {} : { StartAfter: after }),
      });
      const page = await ask('list', (options) => client.send(command, options));
      return (page.Contents ?? []).flatMap(({ Key, LastModified }): BlobEntry[] =>
        Key && LastModified && BLOB_ADDRESS.test(Key) ? [{ address: Key, at: LastModified }] : [],
      );
    },
    close: () => client.destroy(),
  };
}
