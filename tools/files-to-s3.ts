// `npm run files-to-s3`: copies the files of the data folder into the S3-compatible store that is set. It may be stopped and run again at
// any time, also while the program runs; afterwards the program is started with the store set. Nothing is deleted from the folder.

import { copyBlobs, createS3Blobs } from '#adapters/blobs';
import { readConfig } from '#platform/config';
import { SetupError } from '#platform/setup-error';
import { openFolder } from '#wiring/blobs';

const timeoutMs = 60_000;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  const config = readConfig(process.env, []);
  const { s3 } = config.ports;
  if (!s3)
    throw new SetupError(
      '还没有设置对象存储。请设置 S3_URL、S3_BUCKET、S3_KEY_ID、S3_SECRET 后再运行。',
      'No object store is set. Set S3_URL, S3_BUCKET, S3_KEY_ID and S3_SECRET, then run it again.',
    );
  const store = createS3Blobs({ ...s3, timeoutMs });
  const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  const done = await copyBlobs(openFolder(config), store, {
    stop: stop.signal,
    onPage: ({ seen, copied, bytes }) => console.log(`已看 ${seen} 个文件，搬了 ${copied} 个（${mb(bytes)} MB）`),
  });
  store.close();
  for (const address of done.broken) console.error(`内容与地址不符，没有搬：${address}`);
  console.log(stop.signal.aborted ? '已停止，再运行一次会接着搬。' : '搬完了。');
  process.exitCode = done.broken.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
