// The identity provider of the staff's employer: connected where its address is set. Nobody is called before somebody presses the button.

import { createOidcClient } from '#adapters/oidc';
import type { Config } from '#platform/config';
import type { Log } from '#platform/log';

/** Somebody looks at a white page meanwhile. */
const timeoutMs = 4_000;

export function connectProvider(config: Pick<Config, 'ports'>, publicUrl: string, log: Log) {
  const set = config.ports.oidc;
  if (!set) return null;
  const { issuer, clientId, clientSecret, acceptedAcr, acceptedAmr } = set;
  return {
    port: createOidcClient({
      issuer,
      clientId,
      clientSecret,
      redirectUri: `${publicUrl}/api/staff/oidc/callback`,
      acrValues: acceptedAcr,
      timeoutMs,
    }),
    acceptedAcr,
    acceptedAmr,
    onRefused: (error: unknown) => log.warn({ err: error }, 'a login by the identity provider was not proven'),
  };
}
