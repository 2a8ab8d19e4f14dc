// The browser's side of a security key: what the server asks is handed to the key, and what the key says goes back. Whatever the
// browser calls its refusals becomes one sentence with what to do next.

import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { KeyAnswer, KeyBeginAnswer, KeyRequest } from '#contract/identity';
import { ApiError } from './api.ts';

export const canUseKeys = browserSupportsWebAuthn;

export async function signWith(request: KeyRequest): Promise<KeyAnswer> {
  const { id, rawId, response } = await withWords(startAuthentication({ optionsJSON: request }));
  const { clientDataJSON, authenticatorData, signature } = response;
  return { id, rawId, type: 'public-key', response: { clientDataJSON, authenticatorData, signature } };
}

export async function createKey(creation: KeyBeginAnswer['creation']) {
  const { id, rawId, response } = await withWords(startRegistration({ optionsJSON: creation }));
  const { clientDataJSON, attestationObject, transports = [] } = response;
  return { id, rawId, type: 'public-key', response: { clientDataJSON, attestationObject, transports } };
}

/** A key that was not touched, a PIN that was not given, a window that was closed: the browser does not tell them apart. */
async function withWords<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'InvalidStateError')
      throw new ApiError(0, 'key_known', '这把安全密钥已经登记过。', '请换一把，或直接使用。');
    throw new ApiError(0, 'key_cancelled', '没有完成安全密钥的验证。', '请插好密钥再按一次，按提示输入 PIN 或按指纹。');
  }
}
