// An operator who points at a PostgreSQL that is not there is told so in a sentence.

import { expect, it } from 'vitest';
import { readConfig } from '#platform/config';
import { SetupError } from '#platform/setup-error';
import { prepareDatabase } from './database.ts';

it('says in a sentence that PostgreSQL cannot be reached', async () => {
  const env = { DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none', MASTER_KEY: '0'.repeat(64) };
  const failure = await prepareDatabase(readConfig(env, []), 'db', () => {}).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SetupError);
  expect(failure instanceof SetupError ? failure.message : '').toContain('连不上');
});
