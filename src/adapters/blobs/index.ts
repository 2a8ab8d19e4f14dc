// The door of the file store.
export { OutcomeUnknown, type BlobEntry, type Blobs } from './port.ts';
export { createFolderBlobs } from './folder.ts';
export { createS3Blobs, type S3Blobs, type S3Config } from './s3.ts';
export { copyBlobs, type CopyProgress } from './copy.ts';
export { startS3Simulator, type S3Lie, type S3Simulator, type S3SimulatorOptions } from './simulator.ts';
