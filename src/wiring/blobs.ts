// Where the ciphertexts of files lie: a folder of this machine, or an S3-compatible store when one is set. The keys are in the database
// either way.

import { join } from 'node:path';
import { createFolderBlobs, createS3Blobs } from '#adapters/blobs';
import type { Config } from '#platform/config';
import type { FileBlobs } from '#modules/files';

/** A photo of 20 MB over a slow link. */
const timeoutMs = 20_000;

export const openFolder = (config: Pick<Config, 'dataDir'>) => createFolderBlobs(join(config.dataDir, 'files'));

export function openBlobs(config: Pick<Config, 'dataDir' | 'ports'>): FileBlobs {
  const { s3 } = config.ports;
  return s3 ? createS3Blobs({ ...s3, timeoutMs }) : openFolder(config);
}
