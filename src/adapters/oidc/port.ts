// What Gongdun asks of an identity provider: a login begun, and who came back from it. What an account may do is never its to say.

export type OidcLogin = {
  /** Where the browser is sent. */
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
};

export type OidcProof = {
  readonly issuer: string;
  readonly subject: string;
  /** How the provider says it has proven the person; null when it says nothing. */
  readonly acr: string | null;
  readonly amr: readonly string[];
};

export type OidcPort = {
  readonly issuer: string;
  begin(): Promise<OidcLogin>;
  /** `query` is what the browser brought back. `Refused`: not proven. `OutcomeUnknown`: the provider is not reached. */
  finish(query: URLSearchParams, login: Omit<OidcLogin, 'url'>): Promise<OidcProof>;
  /** What the last calls say; nobody is called for it. */
  state(): 'ready' | 'unreachable';
};

export { OutcomeUnknown, Refused } from '#adapters/party';
