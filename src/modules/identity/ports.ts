// What identity needs of an outside party, as types only: the identity provider of the staff's employer. Its errors are known by their
// `kind`, so that this module imports no adapter.

export type OidcLogin = {
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
};

export type OidcProof = {
  readonly issuer: string;
  readonly subject: string;
  readonly acr: string | null;
  readonly amr: readonly string[];
};

export type OidcPort = {
  readonly issuer: string;
  begin(): Promise<OidcLogin>;
  finish(query: URLSearchParams, login: Omit<OidcLogin, 'url'>): Promise<OidcProof>;
  state(): 'ready' | 'unreachable';
};

/** A provider, and which of its assertions the operator takes for a second factor. */
export type IdentityProvider = {
  readonly port: OidcPort;
  readonly acceptedAcr: readonly string[];
  readonly acceptedAmr: readonly string[];
  /** A login that did not prove anybody, for the operator: a wrong secret looks to the person like any other no. */
  readonly onRefused?: (error: unknown) => void;
};

export function kindOf(error: unknown): string {
  return error instanceof Error && 'kind' in error ? String(error.kind) : '';
}
